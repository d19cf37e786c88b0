import type { IncomingHttpHeaders } from 'node:http'
import { KairosError } from '@kairos-sdk/core'

/** By what a client recognises content that it has (RFC 9110 section 8.8). */
export interface Validators {
  /** With its quotation marks: `"5d41402abc4b2a76"`. A strong one: other bytes under the same path need another tag. */
  readonly etag: string
  /** Told in whole seconds, and never as a time to come. */
  readonly modified: Date
}

const ENTITY_TAG = /^"[\x21\x23-\x7e]{1,128}"$/
const SECOND_MS = 1_000

/**
 * The validators as they are sent and compared.
 *
 * @throws KairosError `argument/invalid` for what is no strong entity tag, or no date
 */
export function checkValidators({ etag, modified }: Validators): Validators {
  const milliseconds = Math.min(modified.getTime(), Date.now())
  if (!ENTITY_TAG.test(etag)) {
    const found = JSON.stringify(etag)
    throw new KairosError('argument/invalid', `A strong entity tag in quotation marks expected, ${found} found.`)
  }
  if (Number.isNaN(milliseconds)) throw new KairosError('argument/invalid', 'A date expected, an invalid one found.')
  return { etag, modified: new Date(Math.floor(milliseconds / SECOND_MS) * SECOND_MS) }
}

/**
 * What the conditional headers of a GET or HEAD make of it, in the order of RFC 9110 section 13.2.2.
 */
export function evaluateConditions(
  headers: IncomingHttpHeaders,
  validators: Validators,
): 'send' | 'not-modified' | 'precondition-failed' {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  const unmodifiedSince = dateOf(headers['if-unmodified-since'])
  const modifiedSince = dateOf(headers['if-modified-since'])
  if (match !== undefined) {
    if (!listHas(match, validators.etag, 'strong')) return 'precondition-failed'
  } else if (unmodifiedSince !== undefined && validators.modified.getTime() > unmodifiedSince) {
    return 'precondition-failed'
  }
  if (noneMatch !== undefined) return listHas(noneMatch, validators.etag, 'weak') ? 'not-modified' : 'send'
  if (modifiedSince !== undefined && validators.modified.getTime() <= modifiedSince) return 'not-modified'
  return 'send'
}

/**
 * Whether a `Range` header is to be heeded: `If-Range` (RFC 9110 section 13.1.5) makes it void when the client's part
 * belongs to other content.
 */
export function rangeApplies(ifRange: string | undefined, validators: Validators): boolean {
  if (ifRange === undefined) return true
  const value = ifRange.trim()
  // A weak tag never matches here; a date has to be the very same.
  if (value.startsWith('"') || value.startsWith('W/')) return value === validators.etag
  return dateOf(value) === validators.modified.getTime()
}

function listHas(header: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true
  for (const [, weak, tag] of header.matchAll(/(W\/)?("[^"]*")/g)) {
    if (tag === etag && (comparison === 'weak' || weak === undefined)) return true
  }
  return false
}

function dateOf(text: string | undefined): number | undefined {
  const milliseconds = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}
