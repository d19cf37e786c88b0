import type { ByteReader } from '../../../../bytes/reader.js'
import { ByteWriter } from '../../../../bytes/writer.js'
import { type DeviceNumber, decodeDeviceNumber, encodeDeviceNumber } from '../device-number.js'
import { NO_XATTRS } from '../xattr.js'
import { INODE_HEADER_SIZE, type InodeAttributes, InodeType, writeInodeHeader } from './header.js'

/** Types of inodes without content: devices, pipes and sockets. */
export type SpecialType =
  | typeof InodeType.blockDevice
  | typeof InodeType.characterDevice
  | typeof InodeType.fifo
  | typeof InodeType.socket

export interface SpecialInode {
  readonly type: SpecialType
  readonly links: number
  /** Of devices only. */
  readonly device: DeviceNumber | undefined
  readonly xattr: number
}

/**
 * The inode of a device, pipe or socket, behind the header.
 *
 *     Size  Field
 *     4     number of links
 *     4     device number, of devices only
 *     4     xattr index, of extended inodes only
 */
export function specialBodySize(type: SpecialType, extended: boolean): number {
  return 4 + (isDevice(type) ? 4 : 0) + (extended ? 4 : 0)
}

/** Encodes the smallest form that holds the values. */
export function encodeSpecialInode(attributes: InodeAttributes, inode: SpecialInode): Uint8Array {
  const extended = inode.xattr !== NO_XATTRS
  const writer = new ByteWriter(INODE_HEADER_SIZE + specialBodySize(inode.type, extended), 'special inode')
  writeInodeHeader(writer, { ...attributes, type: inode.type, extended }).uint32le(inode.links, 'links')
  if (isDevice(inode.type)) {
    writer.uint32le(encodeDeviceNumber(inode.device ?? { major: 0, minor: 0 }), 'device number')
  }
  if (extended) writer.uint32le(inode.xattr, 'xattr index')
  return writer.written
}

export function readSpecialInode(reader: ByteReader, type: SpecialType, extended: boolean): SpecialInode {
  const links = reader.uint32le('links')
  const device = isDevice(type) ? decodeDeviceNumber(reader.uint32le('device number')) : undefined
  return { type, links, device, xattr: extended ? reader.uint32le('xattr index') : NO_XATTRS }
}

function isDevice(type: SpecialType): boolean {
  return type === InodeType.blockDevice || type === InodeType.characterDevice
}
