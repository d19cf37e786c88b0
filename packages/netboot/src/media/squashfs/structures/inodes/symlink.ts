import type { ByteReader } from '../../../../bytes/reader.js'
import { ByteWriter } from '../../../../bytes/writer.js'
import { NO_XATTRS } from '../xattr.js'
import { INODE_HEADER_SIZE, type InodeAttributes, InodeType, writeInodeHeader } from './header.js'

/** Longest target that Linux follows, in bytes. */
export const MAX_TARGET_SIZE = 4095

export interface SymlinkInode {
  readonly links: number
  /** Bytes of the target. */
  readonly targetSize: number
}

/**
 * A symbolic link's inode, behind the header. The extended form has an xattr index (4 bytes) behind the target.
 *
 *     Offset  Size  Field
 *     0       4     number of links
 *     4       4     bytes of the target
 *     8       n     target
 */
export const SYMLINK_BODY_SIZE = 8

/** Encodes the smallest form that holds the values. */
export function encodeSymlinkInode(
  attributes: InodeAttributes,
  inode: { readonly links: number; readonly target: Uint8Array; readonly xattr: number },
): Uint8Array {
  const extended = inode.xattr !== NO_XATTRS
  const size = INODE_HEADER_SIZE + SYMLINK_BODY_SIZE + inode.target.length + (extended ? 4 : 0)
  const writer = new ByteWriter(size, 'symbolic link inode')
  writeInodeHeader(writer, { ...attributes, type: InodeType.symlink, extended })
    .uint32le(inode.links, 'links')
    .uint32le(inode.target.length, 'target size')
    .bytes(inode.target, 'target')
  if (extended) writer.uint32le(inode.xattr, 'xattr index')
  return writer.written
}

/** @throws KairosError the reader's code, for a target that is empty or too long for Linux too */
export function readSymlinkInode(reader: ByteReader): SymlinkInode {
  const links = reader.uint32le('links')
  const targetSize = reader.uint32le('target size')
  if (targetSize === 0 || targetSize > MAX_TARGET_SIZE) {
    throw reader.error(`target: 1 to ${MAX_TARGET_SIZE} bytes expected, ${targetSize} found`)
  }
  return { links, targetSize }
}
