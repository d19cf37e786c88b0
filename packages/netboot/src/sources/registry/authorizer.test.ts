import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import type { HttpClient, HttpRequest } from '../../bytes/index.js'
import { type AuthorizerInit, createAuthorizer } from './authorizer.js'
import type { Credentials } from './credentials/credentials.js'

const BEARER = 'Bearer realm="https://auth.example/token",service="registry.example"'
const password: Credentials = { kind: 'password', username: 'u', password: 'p' }

/** An authorizer in front of a token server that counts. */
function setUp(credentials?: Credentials, init: Partial<AuthorizerInit> = {}, status = 200) {
  const asked: HttpRequest[] = []
  let time = 0
  const http: HttpClient = {
    async request(request) {
      asked.push(request)
      const body = Buffer.from(JSON.stringify({ token: `t${asked.length}`, expires_in: 100 }))
      async function* chunks() {
        yield body
      }
      return { status, headers: {}, url: new URL(request.url), body: chunks(), discard() {} }
    },
    async close() {},
  }
  const authorizer = createAuthorizer({
    reference: { registry: 'registry.example', repository: 'a/b' },
    findCredentials: async () => credentials,
    allowHttp: false,
    http: () => http,
    now: () => time,
    ...init,
  })
  const pass = (ms: number) => {
    time += ms
  }
  return { authorizer, asked, pass }
}

describe('createAuthorizer', () => {
  it('shows nothing before it is asked', () => {
    expect(setUp(password).authorizer.headers()).toEqual({})
  })

  it('gets an anonymous token, for the repository only', async () => {
    const { authorizer, asked } = setUp()
    expect(await authorizer.authorize(BEARER, {})).toEqual({ authorization: 'Bearer t1' })
    expect(String(asked[0]?.url)).toBe(
      'https://auth.example/token?service=registry.example&scope=repository%3Aa%2Fb%3Apull',
    )
    expect(asked[0]?.headers).toBeUndefined()
  })

  it('exchanges an identity token without putting it into the URL', async () => {
    const { authorizer, asked } = setUp({ kind: 'identity-token', token: 'secret' })
    await authorizer.authorize(BEARER, {})
    expect(asked[0]).toMatchObject({ method: 'POST', body: expect.stringContaining('refresh_token=secret') })
    expect(String(asked[0]?.url)).not.toContain('secret')
  })

  it('asks once for several requests at a time, and again when the token has expired', async () => {
    const { authorizer, asked, pass } = setUp(password)
    await Promise.all([authorizer.authorize(BEARER, {}), authorizer.authorize(BEARER, {})])
    await authorizer.authorize(BEARER, {})
    expect(asked).toHaveLength(1)
    expect(authorizer.headers()).toEqual({ authorization: 'Bearer t1' })
    pass(96_000)
    expect(authorizer.headers()).toEqual({})
    expect(await authorizer.authorize(BEARER, { authorization: 'Bearer t1' })).toEqual({ authorization: 'Bearer t2' })
  })

  it('shows a refused password no second time', async () => {
    const { authorizer } = setUp(password)
    const shown = await authorizer.authorize('Basic realm="x"', {})
    expect(shown).toEqual({ authorization: `Basic ${Buffer.from('u:p').toString('base64')}` })
    expect(await authorizer.authorize('Basic realm="x"', shown ?? {})).toBeUndefined()
  })

  it('has nothing for those whom the token server refuses, and for schemes that it does not know', async () => {
    expect(await setUp(password, {}, 401).authorizer.authorize(BEARER, {})).toBeUndefined()
    expect(await setUp(password).authorizer.authorize('Negotiate', {})).toBeUndefined()
    expect(await setUp(password).authorizer.authorize(undefined, {})).toBeUndefined()
  })

  it('sends nothing to a token server without TLS, unless the registry is so too', async () => {
    const realm = 'Bearer realm="http://auth.example/token"'
    const { authorizer, asked } = setUp(password)
    await expect(authorizer.authorize(realm, {})).rejects.toMatchObject({ code: 'registry/failed' })
    expect(asked).toEqual([])
    expect(await setUp(password, { allowHttp: true }).authorizer.authorize(realm, {})).toBeDefined()
  })

  it('pulls public images although the stored logins cannot be read, and remembers why', async () => {
    const failure = new KairosError('registry/no-credentials', 'The helper is missing.')
    const { authorizer } = setUp(undefined, { findCredentials: () => Promise.reject(failure) })
    expect(await authorizer.authorize(BEARER, {})).toEqual({ authorization: 'Bearer t1' })
    expect(authorizer.lookupFailure).toBe(failure)
  })
})
