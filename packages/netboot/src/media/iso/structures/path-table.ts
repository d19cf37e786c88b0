import { ByteWriter } from '../../../bytes/writer.js'
import { structureReader } from './structure-reader.js'

/**
 * Path table record (ECMA-119 section 9.4). A path table lists all directories of a tree by level, then by parent, then
 * by name; type L is little-endian, type M big-endian.
 *
 *     Offset  Size  Field
 *     0       1     length of the identifier
 *     1       1     length of the extended attribute record, in blocks
 *     2       4     location of the extent, in blocks
 *     6       2     number of the parent's record in this table, counted from 1
 *     8       n     identifier; one zero byte for the root
 *     8+n     p     one zero byte if n is odd
 */
export interface PathTableRecord {
  readonly extendedAttributeLength: number
  readonly extent: number
  /** Number of the parent's record in the table, counted from 1. The root is its own parent. */
  readonly parent: number
  readonly identifier: Uint8Array
}

export type ByteOrder = 'little' | 'big'

/** Bytes of a path table record with an identifier of this length. */
export function pathTableRecordSize(identifierLength: number): number {
  return 8 + identifierLength + (identifierLength % 2)
}

/**
 * @param origin - where the bytes lie in the image, for error messages
 * @throws KairosError `iso/damaged`
 */
export function decodePathTable(bytes: Uint8Array, order: ByteOrder, origin = 0): PathTableRecord[] {
  const reader = structureReader(bytes, 'path table', origin)
  const records: PathTableRecord[] = []
  while (reader.remaining > 0) {
    const identifierLength = reader.uint8('length of the identifier')
    const extendedAttributeLength = reader.uint8('length of the extended attribute record')
    const extent =
      order === 'little' ? reader.uint32le('location of the extent') : reader.uint32('location of the extent')
    const parent = order === 'little' ? reader.uint16le("parent's number") : reader.uint16("parent's number")
    const identifier = reader.bytes(identifierLength, 'identifier')
    if (identifierLength % 2 === 1 && reader.remaining > 0) reader.skip(1, 'padding')
    records.push({ extendedAttributeLength, extent, parent, identifier })
  }
  return records
}

/** @throws KairosError `argument/invalid` for an identifier over 255 bytes or a parent's number over 65,535 */
export function encodePathTable(records: readonly PathTableRecord[], order: ByteOrder): Uint8Array {
  const size = records.reduce((sum, record) => sum + pathTableRecordSize(record.identifier.length), 0)
  const writer = new ByteWriter(size, 'path table')
  for (const record of records) {
    writer.uint8(record.identifier.length, 'length of the identifier')
    writer.uint8(record.extendedAttributeLength, 'length of the extended attribute record')
    if (order === 'little') {
      writer.uint32le(record.extent, 'location of the extent').uint16le(record.parent, "parent's number")
    } else {
      writer.uint32(record.extent, 'location of the extent').uint16(record.parent, "parent's number")
    }
    writer.bytes(record.identifier, 'identifier')
    writer.skip(record.identifier.length % 2, 'padding')
  }
  return writer.written
}
