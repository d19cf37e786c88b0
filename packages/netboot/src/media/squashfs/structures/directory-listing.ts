import type { ByteReader } from '../../../bytes/reader.js'
import { ByteWriter } from '../../../bytes/writer.js'

export const DIRECTORY_HEADER_SIZE = 12
export const DIRECTORY_ENTRY_SIZE = 8

/** Most entries behind one header. */
export const MAX_ENTRIES_PER_HEADER = 256
/** Longest name that Linux knows, in bytes; the format could hold 256. */
export const MAX_NAME_SIZE = 255

export interface DirectoryHeader {
  /** Entries that follow, 1 to 256. */
  readonly count: number
  /** Start of the metadata block with their inodes. */
  readonly block: number
  /** Inode number to which the entries give differences. */
  readonly number: number
}

/**
 * Head of a run of directory entries whose inodes share a metadata block.
 *
 *     Offset  Size  Field
 *     0       4     number of entries, less one
 *     4       4     start of the inodes' metadata block in the inode table
 *     8       4     inode number
 */
export function encodeDirectoryHeader(header: DirectoryHeader): Uint8Array {
  return new ByteWriter(DIRECTORY_HEADER_SIZE, 'directory header')
    .uint32le(header.count - 1, 'count')
    .uint32le(header.block, 'block')
    .uint32le(header.number, 'inode number').written
}

export function decodeDirectoryHeader(reader: ByteReader): DirectoryHeader {
  const count = reader.uint32le('count') + 1
  if (count > MAX_ENTRIES_PER_HEADER) {
    throw reader.error(`at most ${MAX_ENTRIES_PER_HEADER} entries behind a header expected, ${count} found`)
  }
  return { count, block: reader.uint32le('block'), number: reader.uint32le('inode number') }
}

export interface DirectoryRecord {
  /** Offset of the inode in its uncompressed metadata block. */
  readonly offset: number
  /** Inode number less that of the header, -32,768 to 32,767. */
  readonly difference: number
  /** The basic inode type, also where the inode is an extended one. */
  readonly type: number
  /** Bytes of the name. */
  readonly nameSize: number
}

/**
 * A directory entry; the name follows.
 *
 *     Offset  Size  Field
 *     0       2     offset of the inode in its metadata block
 *     2       2     inode number less that of the header, signed
 *     4       2     basic inode type
 *     6       2     bytes of the name, less one
 */
export function encodeDirectoryRecord(record: DirectoryRecord): Uint8Array {
  return new ByteWriter(DIRECTORY_ENTRY_SIZE, 'directory entry')
    .uint16le(record.offset, 'offset')
    .uint16le(record.difference & 0xffff, 'difference')
    .uint16le(record.type, 'type')
    .uint16le(record.nameSize - 1, 'name size').written
}

export function decodeDirectoryRecord(reader: ByteReader): DirectoryRecord {
  return {
    offset: reader.uint16le('offset'),
    difference: (reader.uint16le('difference') << 16) >> 16,
    type: reader.uint16le('type'),
    nameSize: reader.uint16le('name size') + 1,
  }
}
