import type { ByteReader } from '../../../bytes/reader.js'
import { ByteWriter } from '../../../bytes/writer.js'

const PAD = 0
const END = 255

export interface SubOptionsSyntax {
  /** Whether 0 is one byte of padding and 255 the end, as in options themselves; else they are codes like others. */
  readonly padAndEnd: boolean
}

/**
 * Reads options within an option. The same code twice is one value in two parts.
 *
 *     Offset  Size  Field
 *     0       1     code
 *     1       1     length
 *     2       n     value
 */
export function decodeSubOptions(reader: ByteReader, { padAndEnd }: SubOptionsSyntax): Map<number, Uint8Array> {
  const values = new Map<number, Uint8Array>()
  while (reader.remaining > 0) {
    const code = reader.uint8('sub-option code')
    if (padAndEnd && code === PAD) continue
    if (padAndEnd && code === END) {
      // What follows the end means nothing.
      reader.rest()
      break
    }
    const value = reader.bytes(reader.uint8('sub-option length'), `sub-option ${code}`)
    const before = values.get(code)
    values.set(code, before ? Buffer.concat([before, value]) : value)
  }
  return values
}

/** Writes options within an option, in the order of the map; values of more than 255 bytes in parts. */
export function encodeSubOptions(values: ReadonlyMap<number, Uint8Array>, { padAndEnd }: SubOptionsSyntax): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [code, value] of values) {
    for (let at = 0; at === 0 || at < value.length; at += 255) {
      const part = value.subarray(at, at + 255)
      const writer = new ByteWriter(2 + part.length, `sub-option ${code}`)
      parts.push(writer.uint8(code, 'code').uint8(part.length, 'length').bytes(part, 'value').written)
    }
  }
  if (padAndEnd) parts.push(Uint8Array.of(END))
  return Buffer.concat(parts)
}

/** `6=08 71=0000`, for people. */
export function describeSubOptions(values: ReadonlyMap<number, Uint8Array>): string {
  return [...values].map(([code, value]) => `${code}=${Buffer.from(value).toString('hex')}`).join(' ')
}
