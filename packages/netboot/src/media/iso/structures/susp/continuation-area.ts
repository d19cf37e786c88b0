import { ByteWriter } from '../../../../bytes/writer.js'
import { bothEndian32, writeBothEndian32 } from '../both-endian.js'
import { structureReader } from '../structure-reader.js'
import { encodeSystemUseEntry } from '../system-use-entry.js'

/**
 * CE: more entries lie elsewhere (SUSP 1.12 section 5.1).
 *
 *     Offset  Size  Field
 *     4       8     block of the continuation area, both-endian
 *     12      8     offset in that block, both-endian
 *     20      8     length of the continuation area, both-endian
 */
export interface ContinuationArea {
  readonly block: number
  readonly offset: number
  readonly length: number
}

export const CONTINUATION_ENTRY_SIZE = 28

/** @throws KairosError `iso/damaged` */
export function decodeContinuationArea(data: Uint8Array, origin = 0): ContinuationArea {
  const reader = structureReader(data, 'CE entry', origin)
  return {
    block: bothEndian32(reader, 'block'),
    offset: bothEndian32(reader, 'offset'),
    length: bothEndian32(reader, 'length'),
  }
}

export function encodeContinuationArea(area: ContinuationArea): Uint8Array {
  const writer = new ByteWriter(CONTINUATION_ENTRY_SIZE - 4, 'CE entry')
  writeBothEndian32(writer, area.block, 'block')
  writeBothEndian32(writer, area.offset, 'offset')
  writeBothEndian32(writer, area.length, 'length')
  return encodeSystemUseEntry('CE', writer.written)
}
