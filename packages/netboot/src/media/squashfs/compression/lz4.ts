import { KairosError } from '@kairos-sdk/core'
import { ByteReader } from '../../../bytes/reader.js'

/** A match is never shorter: the token counts from here. */
const MIN_MATCH = 4

/** A length of this in a token goes on in the bytes that follow. */
const LONG = 15

/**
 * Decodes an LZ4 block (lz4_Block_format.md): sequences of literals and of a match in what was decoded before.
 *
 *     Size  Field
 *     1     token: bits 4-7 number of literals, bits 0-3 length of the match less 4
 *     n     rest of the number of literals, if it is 15: bytes to be added, the last is not 255
 *     n     literals
 *     2     distance of the match, little-endian; not in the last sequence, which ends here
 *     n     rest of the length of the match, likewise
 *
 * @throws KairosError `squashfs/damaged` for a block that is cut off, refers to what is not there or gives more than `limit`
 */
export function decodeLz4Block(bytes: Uint8Array, limit: number): Uint8Array {
  const reader = new ByteReader(bytes, { code: 'squashfs/damaged', name: 'LZ4 block' })
  const output = new Uint8Array(limit)
  let filled = 0
  const checkRoom = (length: number) => {
    if (length > limit - filled) {
      throw new KairosError('squashfs/damaged', `LZ4 block: at most ${limit} bytes expected, more found.`)
    }
  }
  while (reader.remaining > 0) {
    const token = reader.uint8('token')
    const literals = reader.bytes(lengthOf(token >> 4, reader), 'literals')
    checkRoom(literals.length)
    output.set(literals, filled)
    filled += literals.length
    if (reader.remaining === 0) break
    const distance = reader.uint16le('distance')
    if (distance === 0 || distance > filled) {
      throw reader.error(`distance: 1 to ${filled} expected, ${distance} found`)
    }
    const length = lengthOf(token & 0x0f, reader) + MIN_MATCH
    checkRoom(length)
    copyMatch(output, filled, distance, length)
    filled += length
  }
  return output.subarray(0, filled)
}

function lengthOf(nibble: number, reader: ByteReader): number {
  let length = nibble
  if (nibble !== LONG) return length
  for (let more = 255; more === 255; ) {
    more = reader.uint8('length')
    length += more
  }
  return length
}

function copyMatch(output: Uint8Array, at: number, distance: number, length: number): void {
  if (distance >= length) {
    output.copyWithin(at, at - distance, at - distance + length)
    return
  }
  // The match overlaps its own copy: that is how repetitions are encoded.
  for (let index = at; index < at + length; index++) output[index] = output[index - distance] ?? 0
}
