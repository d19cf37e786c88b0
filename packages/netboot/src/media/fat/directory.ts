import { ByteWriter } from '../../bytes/writer.js'
import type { FatNames } from './names.js'
import { encodeFatTimestamp } from './timestamp.js'

export const DIRECTORY_ENTRY_BYTES = 32
/** Attributes of a directory entry. */
export const FatAttribute = { volumeLabel: 0x08, directory: 0x10, archive: 0x20, longName: 0x0f } as const
const LONG_NAME_UNITS = 13
const LAST_LONG_ENTRY = 0x40

export interface DirectoryEntry {
  /** 11 characters. */
  readonly short: string
  readonly attributes: number
  readonly firstCluster: number
  /** Bytes; 0 for a directory. */
  readonly size: number
  readonly date: Date
}

/** Bytes that an entry takes with the entries of its long name. */
export function directoryEntryBytes(names: FatNames): number {
  const long = names.long === undefined ? 0 : Math.ceil(names.long.length / LONG_NAME_UNITS)
  return (long + 1) * DIRECTORY_ENTRY_BYTES
}

/**
 * A directory entry (Microsoft FAT specification 1.03, "FAT Directory Structure").
 *
 *     Offset  Size  Field (little-endian)
 *     0       11    short name
 *     11      1     attributes
 *     12      1     reserved
 *     13      1     creation time, hundredths of two seconds
 *     14      2     creation time
 *     16      2     creation date
 *     18      2     date of last access
 *     20      2     first cluster, high 16 bits
 *     22      2     time of last write
 *     24      2     date of last write
 *     26      2     first cluster, low 16 bits
 *     28      4     size in bytes
 */
export function encodeDirectoryEntry(entry: DirectoryEntry): Uint8Array {
  const { date, time } = encodeFatTimestamp(entry.date)
  return new ByteWriter(DIRECTORY_ENTRY_BYTES, 'FAT directory entry')
    .latin1(entry.short, 11, 'short name', 0x20)
    .uint8(entry.attributes, 'attributes')
    .skip(2, 'reserved')
    .uint16le(time, 'creation time')
    .uint16le(date, 'creation date')
    .uint16le(date, 'date of last access')
    .uint16le(entry.firstCluster >>> 16, 'first cluster')
    .uint16le(time, 'time of last write')
    .uint16le(date, 'date of last write')
    .uint16le(entry.firstCluster & 0xffff, 'first cluster')
    .uint32le(entry.size, 'size').written
}

/**
 * The entries that spell a long name, in the order in which they precede the entry: last part first (Microsoft FAT
 * specification 1.03, "Long Directory Entries").
 *
 *     Offset  Size  Field
 *     0       1     number of the part, from 1; bit 6 in the last part
 *     1       10    characters 1 to 5, UTF-16 little-endian
 *     11      1     attributes, 0F
 *     12      1     reserved
 *     13      1     checksum of the short name
 *     14      12    characters 6 to 11
 *     26      2     first cluster, 0
 *     28      4     characters 12 and 13
 */
export function encodeLongName(long: string, short: string): Uint8Array {
  const parts = Math.ceil(long.length / LONG_NAME_UNITS)
  const checksum = shortNameChecksum(short)
  const writer = new ByteWriter(parts * DIRECTORY_ENTRY_BYTES, 'FAT long name')
  for (let part = parts; part >= 1; part--) {
    const start = (part - 1) * LONG_NAME_UNITS
    const units = Array.from({ length: LONG_NAME_UNITS }, (_, index) => unitAt(long, start + index))
    const write = (from: number, to: number) => {
      for (const unit of units.slice(from, to)) writer.uint16le(unit, 'character')
    }
    writer.uint8(part === parts ? part | LAST_LONG_ENTRY : part, 'number of the part')
    write(0, 5)
    writer.uint8(FatAttribute.longName, 'attributes').skip(1, 'reserved').uint8(checksum, 'checksum')
    write(5, 11)
    writer.skip(2, 'first cluster')
    write(11, 13)
  }
  return writer.written
}

/** A name that does not fill its last part ends with one zero, and what follows is FFFF. */
function unitAt(name: string, index: number): number {
  if (index < name.length) return name.charCodeAt(index)
  return index === name.length ? 0 : 0xffff
}

/** Ties a long name to its entry: a program that knows no long names and changes the short one breaks the tie. */
export function shortNameChecksum(short: string): number {
  let sum = 0
  for (const byte of Buffer.from(short, 'latin1')) sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff
  return sum
}
