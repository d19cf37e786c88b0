import type { ByteReader } from '../../../bytes/reader.js'
import { ByteWriter } from '../../../bytes/writer.js'

export const FRAGMENT_ENTRY_SIZE = 16

export interface FragmentEntry {
  /** Bytes from the start of the image. */
  readonly start: number
  /** As of `decodeBlockWord`. */
  readonly word: number
}

/**
 * An entry of the fragment table: a block that holds small files and ends of files.
 *
 *     Offset  Size  Field
 *     0       8     start in the image
 *     8       4     block word
 *     12      4     unused
 */
export function encodeFragmentEntry(entry: FragmentEntry): Uint8Array {
  return new ByteWriter(FRAGMENT_ENTRY_SIZE, 'fragment').uint64le(entry.start, 'start').uint32le(entry.word, 'size')
    .written
}

export function decodeFragmentEntry(reader: ByteReader): FragmentEntry {
  const start = reader.safeUint64le('start')
  const word = reader.uint32le('size')
  reader.skip(4, 'unused')
  return { start, word }
}
