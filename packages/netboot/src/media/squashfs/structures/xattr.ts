import type { ByteReader } from '../../../bytes/reader.js'
import { ByteWriter } from '../../../bytes/writer.js'

/** Prefix of an extended attribute's name by its number; the rest of the name is stored. */
export const XATTR_PREFIXES = ['user.', 'trusted.', 'security.'] as const
const OUT_OF_LINE = 0x0100

export const XATTR_KEY_SIZE = 4
export const XATTR_ID_SIZE = 16
export const XATTR_TABLE_SIZE = 16

/** Index of an inode without extended attributes. */
export const NO_XATTRS = 0xffff_ffff

export interface XattrKey {
  /** Index into {@link XATTR_PREFIXES}. */
  readonly prefix: number
  /** The value is a reference to where the value is. */
  readonly outOfLine: boolean
  /** Bytes of the name without its prefix. */
  readonly nameSize: number
}

/**
 * Start of a key; then the name without its prefix. The value follows: its size (4 bytes) and its bytes, which are, out
 * of line, a metadata reference (8 bytes) to size and bytes elsewhere.
 *
 *     Offset  Size  Field
 *     0       2     prefix, bit 8: the value is out of line
 *     2       2     bytes of the name
 */
export function encodeXattrKey(key: XattrKey): Uint8Array {
  return new ByteWriter(XATTR_KEY_SIZE, 'xattr key')
    .uint16le(key.prefix | (key.outOfLine ? OUT_OF_LINE : 0), 'prefix')
    .uint16le(key.nameSize, 'name size').written
}

export function decodeXattrKey(reader: ByteReader): XattrKey {
  const type = reader.uint16le('prefix')
  const nameSize = reader.uint16le('name size')
  return { prefix: type & 0xff, outOfLine: (type & OUT_OF_LINE) !== 0, nameSize }
}

export interface XattrId {
  /** Metadata reference of the first key. */
  readonly reference: number
  /** Number of keys with values. */
  readonly count: number
  /** Bytes of all keys and values. */
  readonly size: number
}

/**
 * An entry of the xattr id table: the extended attributes of the inodes that name it.
 *
 *     Offset  Size  Field
 *     0       8     metadata reference of the first key
 *     8       4     number of attributes
 *     12      4     bytes of keys and values, uncompressed
 */
export function encodeXattrId(id: XattrId): Uint8Array {
  return new ByteWriter(XATTR_ID_SIZE, 'xattr id')
    .uint64le(id.reference, 'reference')
    .uint32le(id.count, 'count')
    .uint32le(id.size, 'size').written
}

export function decodeXattrId(reader: ByteReader): XattrId {
  return {
    reference: reader.safeUint64le('reference'),
    count: reader.uint32le('count'),
    size: reader.uint32le('size'),
  }
}

export interface XattrTable {
  /** Where the keys and values begin in the image. */
  readonly start: number
  /** Number of xattr ids. */
  readonly count: number
}

/**
 * Head of the xattr table; the offsets of the metadata blocks with the ids follow.
 *
 *     Offset  Size  Field
 *     0       8     start of keys and values in the image
 *     8       4     number of ids
 *     12      4     unused
 */
export function encodeXattrTable(table: XattrTable): Uint8Array {
  return new ByteWriter(XATTR_TABLE_SIZE, 'xattr table').uint64le(table.start, 'start').uint32le(table.count, 'count')
    .written
}

export function decodeXattrTable(reader: ByteReader): XattrTable {
  const table = { start: reader.safeUint64le('start'), count: reader.uint32le('count') }
  reader.skip(4, 'unused')
  return table
}
