import { KairosError } from '@kairos-sdk/core'

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Where an answer redirects to (RFC 9110 section 15.4), or `undefined` when it is none.
 *
 * @throws KairosError `input/http` for a place that must not be followed to
 */
export function redirectTarget(response: {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly url: URL
  discard(): void
}): URL | undefined {
  const { location } = response.headers
  if (!REDIRECTS.has(response.status) || location === undefined) return undefined
  const to = URL.parse(location, response.url.href)
  const secure = response.url.protocol === 'https:'
  if (to?.protocol === 'https:' || (to?.protocol === 'http:' && !secure)) return to
  response.discard()
  const expected = secure ? 'an https URL' : 'an http or https URL'
  throw new KairosError('input/http', `A redirect to ${expected} expected, another found.`)
}
