import { KairosError } from '@kairos-sdk/core'

/**
 * Entry of a system use area (SUSP 1.12 section 4.1). What `data` holds depends on the signature.
 *
 *     Offset  Size  Field
 *     0       2     signature, two letters
 *     2       1     length of the entry
 *     3       1     version, 1
 *     4       ...   data
 */
export interface SystemUseEntry {
  readonly signature: string
  readonly version: number
  readonly data: Uint8Array
  /** Where the entry begins in its area. */
  readonly offset: number
}

export const SYSTEM_USE_HEADER_SIZE = 4
/** The most that the length byte of an entry can say. */
export const MAX_SYSTEM_USE_ENTRY_SIZE = 255

/**
 * Splits a system use area into its entries. It ends at ST, at zero bytes, or where no entry fits any more: what other
 * systems leave there (Apple's, for one) is not ours to complain about.
 */
export function decodeSystemUse(area: Uint8Array): SystemUseEntry[] {
  const entries: SystemUseEntry[] = []
  for (let offset = 0; offset + SYSTEM_USE_HEADER_SIZE <= area.length; ) {
    const first = area[offset] ?? 0
    const second = area[offset + 1] ?? 0
    const length = area[offset + 2] ?? 0
    const version = area[offset + 3] ?? 0
    if (first === 0 || length < SYSTEM_USE_HEADER_SIZE || offset + length > area.length) break
    const signature = String.fromCharCode(first, second)
    const data = area.subarray(offset + SYSTEM_USE_HEADER_SIZE, offset + length)
    entries.push({ signature, version, data, offset })
    if (signature === 'ST') break
    offset += length
  }
  return entries
}

/** @throws KairosError `argument/invalid` for more data than the length byte can say */
export function encodeSystemUseEntry(signature: string, data: Uint8Array, version = 1): Uint8Array {
  const length = SYSTEM_USE_HEADER_SIZE + data.length
  if (length > MAX_SYSTEM_USE_ENTRY_SIZE) {
    throw new KairosError('argument/invalid', `${signature} entry: at most 255 bytes expected, ${length} found`)
  }
  const entry = new Uint8Array(length)
  entry[0] = signature.charCodeAt(0)
  entry[1] = signature.charCodeAt(1)
  entry[2] = length
  entry[3] = version
  entry.set(data, SYSTEM_USE_HEADER_SIZE)
  return entry
}
