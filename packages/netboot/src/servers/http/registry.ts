import { randomBytes } from 'node:crypto'
import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
import type { Endpoint } from '../datagram-socket.js'
import { checkValidators, type Validators } from './conditions.js'
import { parsePublicPath } from './public-path.js'

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
  /** Default 200. With another one the content is sent whole, whatever the request's conditions. */
  readonly status?: number | undefined
  /** For content that stays the same: it is then sent in parts, and only to who does not have it. Default: nobody keeps it. */
  readonly validators?: Validators | undefined
  /** The name under which a browser saves it, instead of showing it. Default: it is shown. */
  readonly saveAs?: string | undefined
}

export interface PublishOptions {
  /** Default `application/octet-stream`. */
  readonly contentType?: string | undefined
  /** Of the content as it is now; other content under the same path needs others. Default: random, and the time of the call. */
  readonly validators?: Validators | undefined
  /** See {@link HttpAnswer.saveAs}. */
  readonly saveAs?: string | undefined
  /** To whom it belongs, for the events: a hardware address. */
  readonly machine?: string | undefined
}

/** Makes up an answer; `undefined` is "not found". */
export type HttpHandler = (question: HttpQuestion) => HttpAnswer | undefined | Promise<HttpAnswer | undefined>

/** What is behind a path. */
export interface Entry {
  readonly name: string
  readonly machine: string | undefined
  readonly answer: HttpHandler
}

export interface Registry {
  register(source: ByteSource, options: RegisterOptions): Registration
  handle(options: RegisterOptions, handler: HttpHandler): Registration
  route(path: string, handler: HttpHandler): () => void
  publish(path: string, source: ByteSource, options?: PublishOptions): () => void
  find(path: string): Entry | undefined
}

const TOKEN_BYTES = 16
const TAG_BYTES = 9
const NAME = /^[A-Za-z0-9._-]{1,64}$/
const OCTETS = 'application/octet-stream'

export function createRegistry(): Registry {
  const entries = new Map<string, Entry>()
  // By source, so that machines which share a file share its tag.
  const validatorsOf = new WeakMap<ByteSource, Validators>()

  function add({ name, machine }: RegisterOptions, answer: HttpHandler): Registration {
    if (!NAME.test(name) || /^\.+$/.test(name)) {
      throw new KairosError(
        'argument/invalid',
        `A name of letters, digits, dots and dashes expected, ${JSON.stringify(name)} found.`,
      )
    }
    const path = `/a/${randomBytes(TOKEN_BYTES).toString('base64url')}/${name}`
    entries.set(path, { name, machine, answer })
    return { path, url: (base) => `${base.replace(/\/+$/, '')}${path}`, revoke: () => void entries.delete(path) }
  }

  function addPublic(path: string, machine: string | undefined, answer: HttpHandler): () => void {
    const decoded = parsePublicPath(path)
    const entry = { name: decoded.slice(1) || decoded, machine, answer }
    entries.set(decoded, entry)
    // Who takes back what has been replaced must not take away what replaced it.
    return () => void (entries.get(decoded) === entry && entries.delete(decoded))
  }

  function randomValidators(source: ByteSource): Validators {
    const known = validatorsOf.get(source)
    if (known) return known
    const etag = `"${randomBytes(TAG_BYTES).toString('base64url')}"`
    const validators = checkValidators({ etag, modified: new Date() })
    validatorsOf.set(source, validators)
    return validators
  }

  return {
    register(source, { contentType = OCTETS, ...options }) {
      const answer = { source, contentType, validators: randomValidators(source) }
      return add(options, () => answer)
    },
    handle: add,
    route: (path, answer) => addPublic(path, undefined, answer),
    publish(path, source, { contentType = OCTETS, saveAs, machine, ...options } = {}) {
      const validators = options.validators ? checkValidators(options.validators) : randomValidators(source)
      return addPublic(path, machine, () => ({ source, contentType, validators, saveAs }))
    },
    find: (path) => entries.get(path),
  }
}
