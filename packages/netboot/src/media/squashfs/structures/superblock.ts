import { KairosError } from '@kairos-sdk/core'
import { ByteWriter } from '../../../bytes/writer.js'
import { structureReader } from './structure-reader.js'

export const SUPERBLOCK_SIZE = 96
export const SQUASHFS_MAGIC = 0x73717368

/** Where a table that the image does not have would be. */
const NO_TABLE = 0xffff_ffff_ffff_ffffn

export const MIN_BLOCK_SIZE = 4096
export const MAX_BLOCK_SIZE = 1024 * 1024

export const Compression = { gzip: 1, lzma: 2, lzo: 3, xz: 4, lz4: 5, zstd: 6 } as const

/** Bits of the superblock's flags. */
export const Flag = {
  uncompressedInodes: 0x0001,
  uncompressedData: 0x0002,
  uncompressedFragments: 0x0008,
  noFragments: 0x0010,
  alwaysFragments: 0x0020,
  duplicatesRemoved: 0x0040,
  exportable: 0x0080,
  uncompressedXattrs: 0x0100,
  noXattrs: 0x0200,
  compressorOptions: 0x0400,
  uncompressedIds: 0x0800,
} as const

export interface Superblock {
  readonly inodeCount: number
  /** When the image was made, in seconds since 1970. */
  readonly modifiedAt: number
  /** Bytes of a data block: a power of two from 4 KiB to 1 MiB. */
  readonly blockSize: number
  readonly fragmentCount: number
  /** One of `Compression`. */
  readonly compression: number
  /** Bits as of `Flag`. */
  readonly flags: number
  readonly idCount: number
  /** Inode reference of the root directory. */
  readonly rootInode: number
  /** Bytes of the image without the padding at its end. */
  readonly bytesUsed: number
  readonly idTable: number
  readonly xattrTable: number | undefined
  readonly inodeTable: number
  readonly directoryTable: number
  readonly fragmentTable: number | undefined
  readonly exportTable: number | undefined
}

/**
 * The superblock of squashfs 4.0, at the start of the image, little-endian (Linux `fs/squashfs/squashfs_fs.h`,
 * `struct squashfs_super_block`).
 *
 *     Offset  Size  Field
 *     0       4     magic "hsqs"
 *     4       4     number of inodes
 *     8       4     time of making, in seconds since 1970
 *     12      4     block size
 *     16      4     number of fragments
 *     20      2     compression
 *     22      2     binary logarithm of the block size
 *     24      2     flags
 *     26      2     number of ids
 *     28      2     major version, 4
 *     30      2     minor version, 0
 *     32      8     inode reference of the root directory
 *     40      8     bytes used
 *     48      8     offset of the id table
 *     56      8     offset of the xattr table
 *     64      8     offset of the inode table
 *     72      8     offset of the directory table
 *     80      8     offset of the fragment table
 *     88      8     offset of the export table
 *
 * Offsets of tables that are not there are all ones.
 */
export function encodeSuperblock(superblock: Superblock): Uint8Array {
  return new ByteWriter(SUPERBLOCK_SIZE, 'superblock')
    .uint32le(SQUASHFS_MAGIC, 'magic')
    .uint32le(superblock.inodeCount, 'inode count')
    .uint32le(superblock.modifiedAt, 'modification time')
    .uint32le(superblock.blockSize, 'block size')
    .uint32le(superblock.fragmentCount, 'fragment count')
    .uint16le(superblock.compression, 'compression')
    .uint16le(Math.log2(superblock.blockSize), 'block logarithm')
    .uint16le(superblock.flags, 'flags')
    .uint16le(superblock.idCount, 'id count')
    .uint16le(4, 'major version')
    .uint16le(0, 'minor version')
    .uint64le(superblock.rootInode, 'root inode')
    .uint64le(superblock.bytesUsed, 'bytes used')
    .uint64le(superblock.idTable, 'id table')
    .uint64le(superblock.xattrTable ?? NO_TABLE, 'xattr table')
    .uint64le(superblock.inodeTable, 'inode table')
    .uint64le(superblock.directoryTable, 'directory table')
    .uint64le(superblock.fragmentTable ?? NO_TABLE, 'fragment table')
    .uint64le(superblock.exportTable ?? NO_TABLE, 'export table').written
}

/**
 * @throws KairosError `squashfs/not-an-image` without the magic, `squashfs/unsupported` for another version,
 *   `squashfs/damaged` for values that contradict each other
 */
export function decodeSuperblock(bytes: Uint8Array, name = 'superblock'): Superblock {
  const reader = structureReader(bytes, name)
  if (bytes.length < 4 || reader.uint32le('magic') !== SQUASHFS_MAGIC) throw notAnImage(name, bytes)
  const inodeCount = reader.uint32le('inode count')
  const modifiedAt = reader.uint32le('modification time')
  const blockSize = reader.uint32le('block size')
  const fragmentCount = reader.uint32le('fragment count')
  const compression = reader.uint16le('compression')
  const blockLogarithm = reader.uint16le('block logarithm')
  const flags = reader.uint16le('flags')
  const idCount = reader.uint16le('id count')
  const major = reader.uint16le('major version')
  const minor = reader.uint16le('minor version')
  if (major !== 4 || minor !== 0) {
    throw new KairosError('squashfs/unsupported', `${name}: squashfs 4.0 expected, ${major}.${minor} found.`)
  }
  const sound = blockSize >= MIN_BLOCK_SIZE && blockSize <= MAX_BLOCK_SIZE && blockSize === 2 ** blockLogarithm
  if (!sound) {
    const found = `${blockSize} with logarithm ${blockLogarithm}`
    throw reader.error(`block size: a power of two from 4096 to 1048576 expected, ${found} found`)
  }
  const table = (field: string) => {
    const offset = reader.uint64le(field)
    if (offset === NO_TABLE) return undefined
    if (offset > BigInt(Number.MAX_SAFE_INTEGER)) throw reader.error(`${field}: an offset expected, ${offset} found`)
    return Number(offset)
  }
  const needed = (field: string) => {
    const offset = table(field)
    if (offset === undefined) throw reader.error(`${field}: an offset expected, none found`)
    return offset
  }
  const superblock = {
    inodeCount,
    modifiedAt,
    blockSize,
    fragmentCount,
    compression,
    flags,
    idCount,
    rootInode: reader.safeUint64le('root inode'),
    bytesUsed: reader.safeUint64le('bytes used'),
    idTable: needed('id table'),
    xattrTable: table('xattr table'),
    inodeTable: needed('inode table'),
    directoryTable: needed('directory table'),
    fragmentTable: table('fragment table'),
    exportTable: table('export table'),
  }
  reader.expectEnd()
  return superblock
}

function notAnImage(name: string, bytes: Uint8Array): KairosError {
  const found = bytes.length < 4 ? `${bytes.length} bytes` : JSON.stringify(Buffer.from(bytes).toString('latin1', 0, 4))
  return new KairosError('squashfs/not-an-image', `${name}: a squashfs image ("hsqs") expected, ${found} found.`)
}
