import { KairosError } from '@kairos-sdk/core'
import { ByteWriter } from '../../../bytes/writer.js'
import { bothEndian16, bothEndian32, writeBothEndian16, writeBothEndian32 } from './both-endian.js'
import { decodeRecordingDate, writeRecordingDate } from './recording-date.js'
import { structureReader } from './structure-reader.js'

/**
 * Directory record (ECMA-119 section 9.1).
 *
 *     Offset  Size  Field
 *     0       1     length of the record
 *     1       1     length of the extended attribute record, in blocks
 *     2       8     location of the extent, in blocks, both-endian
 *     10      8     data length in bytes, both-endian
 *     18      7     recording date
 *     25      1     flags
 *     26      1     file unit size, for interleaved files
 *     27      1     interleave gap size
 *     28      4     volume sequence number, both-endian
 *     32      1     length of the identifier
 *     33      n     identifier
 *     33+n    p     one zero byte if n is even
 *     33+n+p  ...   system use: SUSP entries
 */
export interface DirectoryRecord {
  readonly extendedAttributeLength: number
  /** First block of the data; the extended attribute record, if there is one, comes first. */
  readonly extent: number
  readonly dataLength: number
  readonly recordedAt: Date | undefined
  /** Bits of {@link FileFlag}. */
  readonly flags: number
  readonly fileUnitSize: number
  readonly interleaveGap: number
  readonly volumeSequenceNumber: number
  /** Name in the character set of its tree; one byte 0 is the directory itself, one byte 1 its parent. */
  readonly identifier: Uint8Array
  readonly systemUse: Uint8Array
}

/** Bits of the flags of a directory record (ECMA-119 section 9.1.6). */
export const FileFlag = {
  hidden: 1,
  directory: 2,
  associated: 4,
  record: 8,
  protection: 16,
  /** More directory records of the same file follow, each with a further extent. */
  multiExtent: 128,
} as const

/** Bytes of a directory record before its identifier. */
export const DIRECTORY_RECORD_HEADER_SIZE = 33

/** The identifier of "." is this byte, that of ".." the next. */
export const SELF_IDENTIFIER = 0
export const PARENT_IDENTIFIER = 1

/** Bytes in front of the system use area of a record with an identifier of this length. */
export function directoryHeadSize(identifierLength: number): number {
  return DIRECTORY_RECORD_HEADER_SIZE + identifierLength + (identifierLength % 2 === 0 ? 1 : 0)
}

/** Bytes that a record takes up for an identifier and system use of these lengths. */
export function directoryRecordSize(identifierLength: number, systemUseLength: number): number {
  const size = directoryHeadSize(identifierLength) + systemUseLength
  return size + (size % 2)
}

/**
 * Decodes the record at the start of `bytes`, and how many bytes it takes up.
 *
 * @param origin - where the bytes lie in the image, for error messages
 * @throws KairosError `iso/damaged`
 */
export function decodeDirectoryRecord(bytes: Uint8Array, origin = 0): { record: DirectoryRecord; length: number } {
  const length = structureReader(bytes, 'directory record', origin).uint8('length of the record')
  const body = structureReader(bytes, 'directory record', origin).bytes(length, 'record')
  const reader = structureReader(body, 'directory record', origin)
  reader.skip(1, 'length of the record')
  const extendedAttributeLength = reader.uint8('length of the extended attribute record')
  const extent = bothEndian32(reader, 'location of the extent')
  const dataLength = bothEndian32(reader, 'data length')
  const recordedAt = decodeRecordingDate(reader, 'recording date')
  const flags = reader.uint8('flags')
  const fileUnitSize = reader.uint8('file unit size')
  const interleaveGap = reader.uint8('interleave gap size')
  const volumeSequenceNumber = bothEndian16(reader, 'volume sequence number')
  const identifierLength = reader.uint8('length of the identifier')
  const identifier = reader.bytes(identifierLength, 'identifier')
  // Some records of old programs end right after an even identifier, without the byte that pads it.
  if (identifierLength % 2 === 0 && reader.remaining > 0) reader.skip(1, 'padding')
  const systemUse = reader.rest()
  const record = {
    extendedAttributeLength,
    extent,
    dataLength,
    recordedAt,
    flags,
    fileUnitSize,
    interleaveGap,
    volumeSequenceNumber,
    identifier,
    systemUse,
  }
  return { record, length }
}

/**
 * @throws KairosError `argument/invalid` when the record would be longer than its one length byte can say
 */
export function encodeDirectoryRecord(record: DirectoryRecord): Uint8Array {
  const size = directoryRecordSize(record.identifier.length, record.systemUse.length)
  if (size > 254) {
    throw new KairosError('argument/invalid', `directory record: at most 254 bytes expected, ${size} found`)
  }
  const writer = new ByteWriter(size, 'directory record')
  writer.uint8(size, 'length of the record')
  writer.uint8(record.extendedAttributeLength, 'length of the extended attribute record')
  writeBothEndian32(writer, record.extent, 'location of the extent')
  writeBothEndian32(writer, record.dataLength, 'data length')
  writeRecordingDate(writer, record.recordedAt, 'recording date')
  writer.uint8(record.flags, 'flags')
  writer.uint8(record.fileUnitSize, 'file unit size')
  writer.uint8(record.interleaveGap, 'interleave gap size')
  writeBothEndian16(writer, record.volumeSequenceNumber, 'volume sequence number')
  writer.uint8(record.identifier.length, 'length of the identifier')
  writer.bytes(record.identifier, 'identifier')
  if (record.identifier.length % 2 === 0) writer.skip(1, 'padding')
  writer.bytes(record.systemUse, 'system use')
  return writer.written
}
