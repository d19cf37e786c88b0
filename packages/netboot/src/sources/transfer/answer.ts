import { KairosError, redactUrl } from '@kairos-sdk/core'
import type { HttpResponse } from '../../bytes/http-client.js'
import { HttpStatus, isBusy } from './http-status.js'
import { retryAfterMs } from './retry.js'

/** What an answer gives us of the file. */
export type Answer =
  /** The file from `offset` on; `size` is that of all of it. */
  | { readonly kind: 'content'; readonly offset: number; readonly size: number | undefined }
  /** What we have cannot be continued: another version is there now, or the server counts otherwise. */
  | { readonly kind: 'changed' }
  /** The server is in trouble, and may be out of it soon. */
  | { readonly kind: 'busy'; readonly error: KairosError }

export interface Expectation {
  /** Where the answer is to begin: what we have already. */
  readonly offset: number
  /** ETag or date of the version that we have the beginning of. */
  readonly validator: string | undefined
  /** Bytes of the version that we have the beginning of. */
  readonly size: number | undefined
}

/**
 * Reads the head of an answer to a request for a file or the rest of it (RFC 9110 section 14).
 *
 * @throws KairosError `input/http` when the file is not to be had there
 */
export function classifyAnswer(response: HttpResponse, expected: Expectation): Answer {
  const { status, headers } = response
  if (status === 200) {
    return { kind: 'content', offset: 0, size: lengthOf(headers['content-length']) }
  }
  if (expected.offset > 0 && status === 416) return { kind: 'changed' }
  if (expected.offset > 0 && status === 206) {
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? []
    const size = total === '*' ? expected.size : lengthOf(total)
    const sameSize = expected.size === undefined || size === expected.size
    const etag = strongEtagOf(headers.etag)
    const sameEtag = etag === undefined || !expected.validator?.startsWith('"') || etag === expected.validator
    if (first !== String(expected.offset) || !sameSize || !sameEtag) return { kind: 'changed' }
    return { kind: 'content', offset: expected.offset, size }
  }
  if (isBusy(status)) return { kind: 'busy', error: refusal(response) }
  throw refusal(response)
}

/** A weak ETag promises no equal bytes (RFC 9110 section 8.8.1). */
export function strongEtagOf(etag: string | undefined): string | undefined {
  return etag !== undefined && /^"[^"]*"$/.test(etag) ? etag : undefined
}

function lengthOf(text: string | undefined): number | undefined {
  const length = text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(length) ? length : undefined
}

/** Statuses whose number alone tells nobody what to do. */
const HINTS: Readonly<Record<number, string>> = {
  401: 'The server wants to know who asks. Check the credentials.',
  403: 'The server does not let us read it. Check the credentials.',
  404: 'Check the URL: there is nothing there.',
  407: 'The proxy wants to know who asks. Put user and password into http_proxy or https_proxy.',
  410: 'Check the URL: there is nothing there any more.',
  429: 'The server wants fewer requests. Try again later.',
}

/** The error that tells of a server which does not give the file. `statusOf` and `pauseOf` find in it what it said. */
function refusal({ status, url, headers }: HttpResponse): KairosError {
  const hint = HINTS[status] ?? (status >= 500 ? 'The server is in trouble. Try again later.' : undefined)
  return new KairosError('input/http', `${redactUrl(url)}: the file expected, the answer ${status} found.`, {
    hint,
    cause: new HttpStatus(status, retryAfterMs(headers['retry-after'])),
  })
}
