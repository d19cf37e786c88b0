import { KairosError } from '@kairos-sdk/core'
import type { HttpClient } from '../../bytes/index.js'
import type { ImageReference } from '../image/reference.js'
import { parseChallenges } from './challenge.js'
import { basicAuthorization, type Credentials } from './credentials/credentials.js'
import { fetchToken } from './token.js'

export interface AuthorizerInit {
  readonly reference: Pick<ImageReference, 'registry' | 'repository'>
  /** Asked once, and only when the registry wants to know who it is. */
  readonly findCredentials: () => Promise<Credentials | undefined>
  readonly allowHttp: boolean
  readonly http: (url: URL) => HttpClient
  /** Default: the system's clock, in milliseconds. */
  readonly now?: (() => number) | undefined
}

export type AuthorizationHeaders = Readonly<Record<string, string>>

/** Proves to one registry that this user may pull from one repository. */
export interface Authorizer {
  /** Headers that did last time and have not expired; none at first. */
  headers(): AuthorizationHeaders
  /**
   * Answers a challenge (the value of `WWW-Authenticate` of a 401): several at a time cause one request for a token.
   *
   * @param refused - the headers that were refused
   * @returns `undefined` when nothing else can be shown than what was refused
   * @throws KairosError `registry/failed`, `registry/no-credentials`, `input/unreachable`, `aborted`
   */
  authorize(
    challenge: string | undefined,
    refused: AuthorizationHeaders,
    signal?: AbortSignal,
  ): Promise<AuthorizationHeaders | undefined>
  /** Why there were no credentials to show, where looking for them failed: worth telling when the registry refuses. */
  readonly lookupFailure: KairosError | undefined
  /** True when somebody has logged in to the registry. */
  readonly hasCredentials: boolean
}

/** A token that is about to expire would be refused on its way. */
const EXPIRY_MARGIN_MS = 5_000

/** Makes the {@link Authorizer} of a repository: Basic (RFC 7617) or Bearer (RFC 6750), as the registry wants. */
export function createAuthorizer(init: AuthorizerInit): Authorizer {
  const { reference, now = Date.now } = init
  let current: { readonly headers: AuthorizationHeaders; readonly expiresAt: number } | undefined
  let lookup: Promise<Credentials | undefined> | undefined
  let lookupFailure: KairosError | undefined
  let hasCredentials = false
  let answering: Promise<AuthorizationHeaders | undefined> | undefined

  /** Public images are pulled by everybody: a broken helper or file matters only when that does not work. */
  const credentialsOrNone = async () => {
    lookup ??= init.findCredentials().catch((error: unknown) => {
      if (!KairosError.is(error) || error.code === 'aborted') throw error
      lookupFailure = error
      return undefined
    })
    const credentials = await lookup
    hasCredentials = credentials !== undefined
    return credentials
  }

  const remember = (authorization: string, lifetimeMs: number): AuthorizationHeaders => {
    const margin = Math.min(EXPIRY_MARGIN_MS, lifetimeMs / 2)
    current = { headers: { authorization }, expiresAt: now() + lifetimeMs - margin }
    return current.headers
  }

  const answer = async (header: string, signal: AbortSignal | undefined): Promise<AuthorizationHeaders | undefined> => {
    const challenges = parseChallenges(header)
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
    const basic = challenges.find(({ scheme }) => scheme === 'basic')
    const credentials = await credentialsOrNone()
    if (bearer && credentials?.kind === 'registry-token') return remember(`Bearer ${credentials.token}`, Infinity)
    if (bearer) {
      const scope = `repository:${reference.repository}:pull`
      const { allowHttp, http } = init
      const token = await fetchToken({
        challenge: bearer,
        scope,
        credentials,
        registry: reference.registry,
        allowHttp,
        http,
        signal,
      })
      return token && remember(`Bearer ${token.token}`, token.lifetimeMs)
    }
    if (basic && credentials?.kind === 'password') return remember(basicAuthorization(credentials), Infinity)
    return undefined
  }

  return {
    headers() {
      if (current && current.expiresAt <= now()) current = undefined
      return current?.headers ?? {}
    },
    async authorize(challenge, refused, signal) {
      // Another request got new headers while this one was on its way.
      if (current && current.headers.authorization !== refused.authorization) return current.headers
      answering ??= answer(challenge ?? '', signal).finally(() => {
        answering = undefined
      })
      const headers = await answering
      // The same password again would be refused again, and might lock the account.
      return headers?.authorization === refused.authorization ? undefined : headers
    },
    get lookupFailure() {
      return lookupFailure
    },
    get hasCredentials() {
      return hasCredentials
    },
  }
}
