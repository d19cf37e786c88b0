import type { ByteReader } from '../../../../bytes/reader.js'
import type { ByteWriter } from '../../../../bytes/writer.js'

export const INODE_HEADER_SIZE = 16

/** The basic inode types; the extended type of each is 7 more. */
export const InodeType = {
  directory: 1,
  file: 2,
  symlink: 3,
  blockDevice: 4,
  characterDevice: 5,
  fifo: 6,
  socket: 7,
} as const

/** One of {@link InodeType}. */
export type InodeType = (typeof InodeType)[keyof typeof InodeType]

const EXTENDED = 7

export interface InodeHeader {
  readonly type: InodeType
  /** Extended inodes have room for what few inodes have: large sizes, hard links, extended attributes. */
  readonly extended: boolean
  /** Permissions with set-id and sticky bits. */
  readonly mode: number
  /** Index into the id table. */
  readonly uidIndex: number
  /** Index into the id table. */
  readonly gidIndex: number
  /** Seconds since 1970. */
  readonly mtime: number
  /** From 1 to the number of inodes. */
  readonly number: number
}

/** What is common to all inodes and does not follow from the rest. */
export type InodeAttributes = Omit<InodeHeader, 'type' | 'extended'>

/**
 * Start of every inode.
 *
 *     Offset  Size  Field
 *     0       2     type
 *     2       2     permissions
 *     4       2     index of the owner in the id table
 *     6       2     index of the group in the id table
 *     8       4     modification time, in seconds since 1970
 *     12      4     inode number
 */
export function writeInodeHeader(writer: ByteWriter, header: InodeHeader): ByteWriter {
  return writer
    .uint16le(header.type + (header.extended ? EXTENDED : 0), 'type')
    .uint16le(header.mode, 'mode')
    .uint16le(header.uidIndex, 'owner')
    .uint16le(header.gidIndex, 'group')
    .uint32le(header.mtime, 'modification time')
    .uint32le(header.number, 'inode number')
}

/** @throws KairosError the reader's code, for an unknown type too */
export function readInodeHeader(reader: ByteReader): InodeHeader {
  const stored = reader.uint16le('type')
  const type = basicType(stored)
  if (type === undefined) throw reader.error(`inode type: 1 to 14 expected, ${stored} found`)
  return {
    type,
    extended: stored > EXTENDED,
    mode: reader.uint16le('mode'),
    uidIndex: reader.uint16le('owner'),
    gidIndex: reader.uint16le('group'),
    mtime: reader.uint32le('modification time'),
    number: reader.uint32le('inode number'),
  }
}

function basicType(stored: number): InodeType | undefined {
  const basic = stored > EXTENDED ? stored - EXTENDED : stored
  return Object.values(InodeType).find((type) => type === basic)
}
