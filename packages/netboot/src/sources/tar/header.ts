import { BLOCK_SIZE, damaged } from './errors.js'
import { decodeNumber } from './numbers.js'

/** Values of the type flag: POSIX pax, and GNU's own. */
export const TypeFlag = {
  file: '0',
  oldFile: '\0',
  hardLink: '1',
  symlink: '2',
  characterDevice: '3',
  blockDevice: '4',
  directory: '5',
  fifo: '6',
  contiguousFile: '7',
  paxHeader: 'x',
  paxGlobalHeader: 'g',
  solarisPaxHeader: 'X',
  gnuLongName: 'L',
  gnuLongLink: 'K',
  gnuSparse: 'S',
  gnuDumpDirectory: 'D',
  gnuVolume: 'V',
} as const

/** A header block as it stands, before PAX and GNU headers say more. */
export interface TarHeader {
  /** With the prefix before it. Bytes: names need not be UTF-8. */
  readonly name: Uint8Array
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes of content stored behind the header. */
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
  readonly typeFlag: string
  readonly linkName: Uint8Array
  readonly major: number
  readonly minor: number
  readonly dialect: 'v7' | 'ustar' | 'gnu'
  /** The block itself, for the fields of GNU's sparse files. */
  readonly block: Uint8Array
}

export interface HeaderPlace {
  /** Of the archive, for messages. */
  readonly archive: string
  readonly offset: number
}

/**
 * A tar header block.
 *
 *     Offset  Size  Field
 *     0       100   name
 *     100     8     mode
 *     108     8     uid
 *     116     8     gid
 *     124     12    size
 *     136     12    mtime
 *     148     8     checksum: sum of all bytes of the block, these eight taken as spaces
 *     156     1     type flag
 *     157     100   link name
 *     257     8     magic and version: "ustar\0" "00" (POSIX), "ustar  \0" (GNU); others are V7
 *     265     32    user name (not used)
 *     297     32    group name (not used)
 *     329     8     device major
 *     337     8     device minor
 *     345     155   prefix of the name (POSIX only; GNU has times and the sparse map here)
 *
 * @throws KairosError `tar/damaged` for a wrong checksum or a field that holds no number
 */
export function decodeHeader(block: Uint8Array, place: HeaderPlace): TarHeader {
  if (!hasValidChecksum(block)) {
    throw damaged(place.archive, place.offset, 'a tar header expected, a block with a wrong checksum found')
  }
  const number = (at: number, size: number, field: string) => {
    const value = decodeNumber(block.subarray(at, at + size))
    if (value !== undefined) return value
    const found = JSON.stringify(Buffer.from(block.subarray(at, at + size)).toString('latin1'))
    throw damaged(place.archive, place.offset + at, `${field}: a number expected, ${found} found`)
  }
  const dialect = dialectOf(block)
  const typeFlag = String.fromCharCode(block[156] ?? 0)
  const isDevice = typeFlag === TypeFlag.characterDevice || typeFlag === TypeFlag.blockDevice
  const size = number(124, 12, 'size')
  if (size < 0) throw damaged(place.archive, place.offset + 124, `size: at least 0 expected, ${size} found`)
  return {
    name: nameOf(block, dialect),
    mode: number(100, 8, 'mode') & 0o7777,
    uid: number(108, 8, 'uid'),
    gid: number(116, 8, 'gid'),
    size,
    mtime: number(136, 12, 'mtime'),
    typeFlag,
    linkName: text(block, 157, 100),
    // V7 writers leave anything behind the link name, and POSIX ones need not fill what only devices use.
    major: isDevice ? number(329, 8, 'device major') : 0,
    minor: isDevice ? number(337, 8, 'device minor') : 0,
    dialect,
    block,
  }
}

/** True when the checksum is that of the block, with bytes summed as unsigned (POSIX) or signed (some old writers). */
export function hasValidChecksum(block: Uint8Array): boolean {
  const stored = decodeNumber(block.subarray(148, 156))
  if (stored === undefined) return false
  let unsigned = 8 * 0x20
  let signed = unsigned
  for (let at = 0; at < BLOCK_SIZE; at++) {
    if (at === 148) at = 156
    const byte = block[at] ?? 0
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  return stored === unsigned || stored === signed
}

export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0)
}

function dialectOf(block: Uint8Array): TarHeader['dialect'] {
  const magic = Buffer.from(block.buffer, block.byteOffset + 257, 6).toString('latin1')
  if (magic === 'ustar\0') return 'ustar'
  return magic === 'ustar ' ? 'gnu' : 'v7'
}

function nameOf(block: Uint8Array, dialect: TarHeader['dialect']): Uint8Array {
  const name = text(block, 0, 100)
  if (dialect !== 'ustar') return name
  // Schilling's tar marks its headers at the end; its prefix is shorter, times follow.
  const isStar = Buffer.from(block.buffer, block.byteOffset + 508, 4).toString('latin1') === 'tar\0'
  const prefix = text(block, 345, isStar ? 131 : 155)
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name])
}

/** A field up to its first NUL. A copy, so that it does not hold on to the chunk that it came in. */
function text(block: Uint8Array, at: number, size: number): Uint8Array {
  const field = block.subarray(at, at + size)
  const end = field.indexOf(0)
  return Uint8Array.from(end === -1 ? field : field.subarray(0, end))
}
