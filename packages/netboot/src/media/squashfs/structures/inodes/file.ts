import type { ByteReader } from '../../../../bytes/reader.js'
import { ByteWriter } from '../../../../bytes/writer.js'
import { NO_XATTRS } from '../xattr.js'
import { INODE_HEADER_SIZE, type InodeAttributes, InodeType, writeInodeHeader } from './header.js'

/** Index of a file whose end is in no fragment. */
export const NO_FRAGMENT = 0xffff_ffff

export interface FileInode {
  readonly size: number
  /** Where the first block lies in the image. */
  readonly start: number
  /** Index into the fragment table, or {@link NO_FRAGMENT}. */
  readonly fragment: number
  /** Where the end of the file begins in the uncompressed fragment. */
  readonly fragmentOffset: number
  /** Bytes in blocks that are all zeros. */
  readonly sparse: number
  readonly links: number
  readonly xattr: number
}

/**
 * A file's inode, behind the header. Basic:
 *
 *     Offset  Size  Field
 *     0       4     start of the first block in the image
 *     4       4     fragment index, all ones: none
 *     8       4     offset in the fragment
 *     12      4     bytes of the file
 *     16      4*n   block words
 *
 * Extended:
 *
 *     Offset  Size  Field
 *     0       8     start of the first block in the image
 *     8       8     bytes of the file
 *     16      8     bytes in sparse blocks
 *     24      4     number of links
 *     28      4     fragment index, all ones: none
 *     32      4     offset in the fragment
 *     36      4     xattr index
 *     40      4*n   block words
 */
export const FILE_BODY_SIZE = 16
export const EXTENDED_FILE_BODY_SIZE = 40

/** Number of block words of a file. */
export function blockCount(inode: Pick<FileInode, 'size' | 'fragment'>, blockSize: number): number {
  return inode.fragment === NO_FRAGMENT ? Math.ceil(inode.size / blockSize) : Math.floor(inode.size / blockSize)
}

/** Encodes the smallest form that holds the values. */
export function encodeFileInode(attributes: InodeAttributes, inode: FileInode, words: ArrayLike<number>): Uint8Array {
  const large = inode.start > 0xffff_ffff || inode.size > 0xffff_ffff
  const extended = large || inode.sparse > 0 || inode.links > 1 || inode.xattr !== NO_XATTRS
  const header = { ...attributes, type: InodeType.file, extended }
  const bodySize = extended ? EXTENDED_FILE_BODY_SIZE : FILE_BODY_SIZE
  const writer = new ByteWriter(INODE_HEADER_SIZE + bodySize + words.length * 4, 'file inode')
  writeInodeHeader(writer, header)
  if (extended) {
    writer
      .uint64le(inode.start, 'start')
      .uint64le(inode.size, 'size')
      .uint64le(inode.sparse, 'sparse')
      .uint32le(inode.links, 'links')
      .uint32le(inode.fragment, 'fragment')
      .uint32le(inode.fragmentOffset, 'fragment offset')
      .uint32le(inode.xattr, 'xattr index')
  } else {
    writer
      .uint32le(inode.start, 'start')
      .uint32le(inode.fragment, 'fragment')
      .uint32le(inode.fragmentOffset, 'fragment offset')
      .uint32le(inode.size, 'size')
  }
  for (let index = 0; index < words.length; index++) writer.uint32le(words[index] ?? 0, 'block')
  return writer.written
}

export function readFileInode(reader: ByteReader, extended: boolean): FileInode {
  if (!extended) {
    const start = reader.uint32le('start')
    const fragment = reader.uint32le('fragment')
    const fragmentOffset = reader.uint32le('fragment offset')
    const size = reader.uint32le('size')
    return { size, start, fragment, fragmentOffset, sparse: 0, links: 1, xattr: NO_XATTRS }
  }
  const start = reader.safeUint64le('start')
  const size = reader.safeUint64le('size')
  const sparse = reader.safeUint64le('sparse')
  const links = reader.uint32le('links')
  const fragment = reader.uint32le('fragment')
  const fragmentOffset = reader.uint32le('fragment offset')
  return { size, start, fragment, fragmentOffset, sparse, links, xattr: reader.uint32le('xattr index') }
}
