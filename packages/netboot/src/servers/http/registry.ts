import { randomBytes } from 'node:crypto'
import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
import type { Endpoint } from '../datagram-socket.js'
import type { Validators } from './conditions.js'

export interface RegisterOptions {
  /** What log and events call it, and the last part of its URL: letters, digits, `.`, `_` and `-`. */
  readonly name: string
  /** Default `application/octet-stream`. */
  readonly contentType?: string | undefined
  /** To whom it belongs, for the events: a hardware address. */
  readonly machine?: string | undefined
}

/** A file, or an answer, that is reachable under a name that nobody can guess. */
export interface Registration {
  /** `/a/<128 random bits>/kernel`: a secret. */
  readonly path: string
  /** Under an address of this server, `http://192.168.68.2:8090`: a secret. */
  url(base: string): string
  /** Makes it unreachable. What is being sent goes on. */
  revoke(): void
}

/** A question to a {@link HttpHandler}. */
export interface HttpQuestion {
  readonly client: Endpoint
  /** The address of ours that the client asked. */
  readonly localAddress: string
  readonly query: URLSearchParams
}

/** What a handler gives: content and its type. */
export interface HttpAnswer {
  readonly source: ByteSource
  readonly contentType: string
}

/** Makes up an answer; `undefined` is "not found". */
export type HttpHandler = (question: HttpQuestion) => HttpAnswer | undefined | Promise<HttpAnswer | undefined>

/** What is behind a path. */
export interface Entry {
  readonly name: string
  readonly machine: string | undefined
  readonly answer: HttpHandler
  /** Only for content that stays the same. */
  readonly validators: Validators | undefined
}

export interface Registry {
  register(source: ByteSource, options: RegisterOptions): Registration
  handle(options: RegisterOptions, handler: HttpHandler): Registration
  route(path: string, handler: HttpHandler): () => void
  find(path: string): Entry | undefined
}

const TOKEN_BYTES = 16
const TAG_BYTES = 9
const NAME = /^[A-Za-z0-9._-]{1,64}$/
const SECOND_MS = 1_000

export function createRegistry(): Registry {
  const entries = new Map<string, Entry>()
  // By source, so that machines which share a file share its tag.
  const validatorsOf = new WeakMap<ByteSource, Validators>()

  function add({ name, machine }: RegisterOptions, entry: Pick<Entry, 'answer' | 'validators'>): Registration {
    if (!NAME.test(name) || /^\.+$/.test(name)) {
      throw new KairosError(
        'argument/invalid',
        `A name of letters, digits, dots and dashes expected, ${JSON.stringify(name)} found.`,
      )
    }
    const path = `/a/${randomBytes(TOKEN_BYTES).toString('base64url')}/${name}`
    entries.set(path, { name, machine, ...entry })
    return { path, url: (base) => `${base.replace(/\/+$/, '')}${path}`, revoke: () => void entries.delete(path) }
  }

  return {
    register(source, options) {
      const answer = { source, contentType: options.contentType ?? 'application/octet-stream' }
      let validators = validatorsOf.get(source)
      if (!validators) {
        const modified = new Date(Math.floor(Date.now() / SECOND_MS) * SECOND_MS)
        validators = { etag: `"${randomBytes(TAG_BYTES).toString('base64url')}"`, modified }
        validatorsOf.set(source, validators)
      }
      return add(options, { answer: () => answer, validators })
    },
    handle: (options, answer) => add(options, { answer, validators: undefined }),
    route(path, answer) {
      entries.set(path, { name: path.slice(1), machine: undefined, answer, validators: undefined })
      return () => void entries.delete(path)
    },
    find: (path) => entries.get(path),
  }
}
