import type { ByteReader } from '../../../../bytes/reader.js'
import { ByteWriter } from '../../../../bytes/writer.js'
import { type DirectoryIndex, encodeDirectoryIndex } from '../directory-index.js'
import { NO_XATTRS } from '../xattr.js'
import { INODE_HEADER_SIZE, type InodeAttributes, InodeType, writeInodeHeader } from './header.js'

/** Counted as size of a listing although not stored: `.` and `..`, as if they were there. */
const DOTS_SIZE = 3

export interface DirectoryInode {
  /** Bytes of the listing, uncompressed. */
  readonly listingSize: number
  /** Where the listing begins in the directory table. */
  readonly block: number
  readonly offset: number
  readonly links: number
  /** Inode number of the directory that holds this one; of the root, one more than there are inodes. */
  readonly parent: number
  readonly xattr: number
}

/**
 * A directory's inode, behind the header. Basic:
 *
 *     Offset  Size  Field
 *     0       4     start of the listing's metadata block
 *     4       4     number of links
 *     8       2     bytes of the listing, plus 3
 *     10      2     offset in the metadata block
 *     12      4     inode number of the parent
 *
 * Extended:
 *
 *     Offset  Size  Field
 *     0       4     number of links
 *     4       4     bytes of the listing, plus 3
 *     8       4     start of the listing's metadata block
 *     12      4     inode number of the parent
 *     16      2     number of index entries
 *     18      2     offset in the metadata block
 *     20      4     xattr index
 *     24      n     index entries
 */
export const DIRECTORY_BODY_SIZE = 16
export const EXTENDED_DIRECTORY_BODY_SIZE = 24

/** Encodes the smallest form that holds the values. */
export function encodeDirectoryInode(
  attributes: InodeAttributes,
  inode: DirectoryInode,
  indexes: readonly DirectoryIndex[] = [],
): Uint8Array {
  const size = inode.listingSize + DOTS_SIZE
  const extended = size > 0xffff || indexes.length > 0 || inode.xattr !== NO_XATTRS
  const header = { ...attributes, type: InodeType.directory, extended }
  if (!extended) {
    return writeInodeHeader(new ByteWriter(INODE_HEADER_SIZE + DIRECTORY_BODY_SIZE, 'directory inode'), header)
      .uint32le(inode.block, 'block')
      .uint32le(inode.links, 'links')
      .uint16le(size, 'listing size')
      .uint16le(inode.offset, 'offset')
      .uint32le(inode.parent, 'parent').written
  }
  const encoded = indexes.map(encodeDirectoryIndex)
  const indexSize = encoded.reduce((sum, { length }) => sum + length, 0)
  const whole = INODE_HEADER_SIZE + EXTENDED_DIRECTORY_BODY_SIZE + indexSize
  const writer = writeInodeHeader(new ByteWriter(whole, 'directory inode'), header)
    .uint32le(inode.links, 'links')
    .uint32le(size, 'listing size')
    .uint32le(inode.block, 'block')
    .uint32le(inode.parent, 'parent')
    .uint16le(indexes.length, 'index count')
    .uint16le(inode.offset, 'offset')
    .uint32le(inode.xattr, 'xattr index')
  for (const index of encoded) writer.bytes(index, 'index')
  return writer.written
}

export function readDirectoryInode(reader: ByteReader, extended: boolean): DirectoryInode {
  if (!extended) {
    const block = reader.uint32le('block')
    const links = reader.uint32le('links')
    const listingSize = listingSizeOf(reader.uint16le('listing size'))
    const offset = reader.uint16le('offset')
    return { listingSize, block, offset, links, parent: reader.uint32le('parent'), xattr: NO_XATTRS }
  }
  const links = reader.uint32le('links')
  const listingSize = listingSizeOf(reader.uint32le('listing size'))
  const block = reader.uint32le('block')
  const parent = reader.uint32le('parent')
  // The index is for a kernel that looks up names; a reader of the whole listing has no use for it.
  reader.skip(2, 'index count')
  return { listingSize, block, offset: reader.uint16le('offset'), links, parent, xattr: reader.uint32le('xattr index') }
}

/** Some writers give an empty directory the size 0. */
function listingSizeOf(size: number): number {
  return Math.max(0, size - DOTS_SIZE)
}
