import { KairosError, translateError } from '@kairos-sdk/core'
import * as z from 'zod/v4/mini'
import type { HttpClient, HttpRequest } from '../../bytes/index.js'
import { HttpStatus } from '../transfer/http-status.js'
import { retryAfterMs } from '../transfer/retry.js'
import { readBounded } from './bounded-body.js'
import type { Challenge } from './challenge.js'
import { basicAuthorization, type Credentials } from './credentials/credentials.js'

/** Tokens carry lists of rights and certificates, but no registry takes headers of this size. */
const MAX_ANSWER_BYTES = 1024 * 1024
/** The specification's default, for servers that do not say how long a token holds. */
const DEFAULT_LIFETIME_S = 60
const CLIENT_ID = 'kairos'

const answerSchema = z.object({
  token: z.optional(z.string()),
  access_token: z.optional(z.string()),
  expires_in: z.optional(z.number()),
})

export interface TokenRequest {
  /** The registry's challenge, of the Bearer scheme. */
  readonly challenge: Challenge
  /** `repository:kairos/ubuntu:pull` */
  readonly scope: string
  readonly credentials: Credentials | undefined
  /** The registry, for messages. */
  readonly registry: string
  /** Whether the token server may be one without TLS, because the registry is. */
  readonly allowHttp: boolean
  readonly http: (url: URL) => HttpClient
  readonly signal?: AbortSignal | undefined
}

export interface BearerToken {
  readonly token: string
  /** How long it holds. */
  readonly lifetimeMs: number
}

/**
 * Gets a token for pulling from a repository (distribution project, "Token Authentication Specification"; with an identity
 * token "OAuth2 Token Authentication"). Without credentials it is an anonymous one, which public images are pulled with.
 *
 * It is asked once. Of its own trouble its error tells by `isTransient`, as that of a registry does: whoever needs the token
 * starts over with what it is for.
 *
 * @returns `undefined` when the token server refuses
 * @throws KairosError `registry/failed`, `input/unreachable`, `aborted`
 */
export async function fetchToken(request: TokenRequest): Promise<BearerToken | undefined> {
  const { challenge, registry, allowHttp, signal } = request
  const realm = URL.parse(challenge.parameters.get('realm') ?? '')
  const isAllowed = realm?.protocol === 'https:' || (realm?.protocol === 'http:' && allowHttp)
  if (!realm || !isAllowed) {
    const expected = allowHttp ? 'an http or https' : 'an https'
    throw new KairosError('registry/failed', `${registry}: ${expected} URL of a token server expected, another found.`)
  }
  const name = `the token server ${realm.host} of ${registry}`
  try {
    const asked = request.credentials?.kind === 'identity-token' ? exchange(realm, request) : ask(realm, request)
    const response = await request.http(realm).request({ ...asked, signal })
    if (response.status === 400 || response.status === 401 || response.status === 403) {
      response.discard()
      return undefined
    }
    if (response.status !== 200) {
      response.discard()
      throw new KairosError('registry/failed', `${name}: a token expected, status ${response.status} found.`, {
        hint: 'Try again later.',
        cause: new HttpStatus(response.status, retryAfterMs(response.headers['retry-after'])),
      })
    }
    return readAnswer(await readBounded(response.body, MAX_ANSWER_BYTES, name), name)
  } catch (error) {
    throw translateError(error, `Cannot ask ${name}`, 'input/unreachable')
  }
}

function ask(realm: URL, { challenge, scope, credentials }: TokenRequest): HttpRequest {
  const url = new URL(realm)
  const service = challenge.parameters.get('service')
  if (service !== undefined) url.searchParams.set('service', service)
  url.searchParams.append('scope', scope)
  if (credentials?.kind !== 'password') return { url }
  url.searchParams.set('account', credentials.username)
  return { url, headers: { authorization: basicAuthorization(credentials) } }
}

function exchange(realm: URL, { challenge, scope, credentials }: TokenRequest): HttpRequest {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT_ID, scope })
  const service = challenge.parameters.get('service')
  if (service !== undefined) form.set('service', service)
  if (credentials?.kind === 'identity-token') form.set('refresh_token', credentials.token)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { url: realm, method: 'POST', headers, body: form.toString() }
}

function readAnswer(bytes: Uint8Array, name: string): BearerToken {
  let answer: z.infer<typeof answerSchema> | undefined
  try {
    answer = answerSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    // Without the cause: it would quote the answer.
  }
  const token = answer?.token || answer?.access_token
  if (!token || !/^[\x21-\x7e]+$/.test(token)) {
    throw new KairosError('registry/failed', `${name}: JSON with a token expected, something else found.`)
  }
  return { token, lifetimeMs: Math.max(1, answer?.expires_in ?? DEFAULT_LIFETIME_S) * 1000 }
}
