import { damaged } from './errors.js'
import type { HeaderPlace } from './header.js'

/** One record of a PAX extended header. Values are bytes: extended attributes are binary. */
export interface PaxRecord {
  readonly key: string
  readonly value: Uint8Array
}

/**
 * Records of a PAX extended header: `LENGTH KEY=VALUE\n`, the length in decimal counting itself and all that follows
 * (POSIX pax, "pax Extended Header").
 *
 * @throws KairosError `tar/damaged`
 */
export function decodePaxRecords(bytes: Uint8Array, place: HeaderPlace): PaxRecord[] {
  const records: PaxRecord[] = []
  for (let at = 0; at < bytes.length; ) {
    // Some writers fill up with NULs.
    if (bytes[at] === 0) break
    const end = at + lengthAt(bytes, at, place)
    const space = bytes.indexOf(0x20, at)
    const equals = bytes.indexOf(0x3d, space)
    if (end > bytes.length || bytes[end - 1] !== 0x0a || equals === -1 || equals >= end) {
      throw damaged(place.archive, place.offset + at, 'a PAX record "LENGTH KEY=VALUE" expected, something else found')
    }
    const key = Buffer.from(bytes.subarray(space + 1, equals)).toString('utf8')
    records.push({ key, value: Uint8Array.from(bytes.subarray(equals + 1, end - 1)) })
    at = end
  }
  return records
}

function lengthAt(bytes: Uint8Array, start: number, place: HeaderPlace): number {
  let length = 0
  let at = start
  for (; at < bytes.length && bytes[at] !== 0x20; at++) {
    const digit = (bytes[at] ?? 0) - 0x30
    if (digit < 0 || digit > 9 || at - start > 9) {
      throw damaged(place.archive, place.offset + at, 'the length of a PAX record expected, something else found')
    }
    length = length * 10 + digit
  }
  // The shortest is "5 x=\n": less would not even hold its own length.
  if (at === start || length < at - start + 3) {
    throw damaged(place.archive, place.offset + start, `a PAX record expected, one of ${length} bytes found`)
  }
  return length
}

/** The content of a PAX extended header. */
export function encodePaxRecords(records: readonly PaxRecord[]): Uint8Array {
  return Buffer.concat(records.map(encodePaxRecord))
}

function encodePaxRecord({ key, value }: PaxRecord): Uint8Array {
  const body = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')])
  // The length counts its own digits; one more of those may make one more again.
  let length = body.length + 1
  while (String(length).length + body.length !== length) length = String(length).length + body.length
  return Buffer.concat([Buffer.from(String(length)), body])
}
