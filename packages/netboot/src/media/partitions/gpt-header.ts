import { crc32 } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import { ByteReader } from '../../bytes/reader.js'
import { ByteWriter } from '../../bytes/writer.js'
import { decodeGuid, encodeGuid } from './guid.js'

const SIGNATURE = 'EFI PART'
const REVISION_1_0 = 0x00010000
/** Bytes of the header's fields; the rest of its sector is zero. */
export const GPT_HEADER_BYTES = 92
const CRC_OFFSET = 16

export interface GptHeader {
  /** The sector that this header is in. */
  readonly currentSector: number
  /** The sector of the other header. */
  readonly otherSector: number
  readonly firstUsableSector: number
  readonly lastUsableSector: number
  readonly diskGuid: string
  readonly entriesSector: number
  readonly entryCount: number
  /** Bytes of an entry: 128 times a power of two. */
  readonly entryBytes: number
  readonly entriesCrc32: number
}

/**
 * Decodes a GPT header (UEFI Specification 2.10 table 5.5) and checks its own CRC32. Where its sectors lie is not checked
 * here.
 *
 *     Offset  Size  Field (little-endian)
 *     0       8     signature "EFI PART"
 *     8       4     revision
 *     12      4     header size, at least 92
 *     16      4     CRC32 of the header with this field zero
 *     20      4     reserved, zero
 *     24      8     sector of this header
 *     32      8     sector of the other header
 *     40      8     first usable sector
 *     48      8     last usable sector
 *     56      16    disk GUID
 *     72      8     first sector of the entries
 *     80      4     number of entries
 *     84      4     bytes of an entry
 *     88      4     CRC32 of the entries
 *
 * @param bytes - the header's sector
 * @throws KairosError `partition/not-found` without the signature, `partition/damaged` for a wrong checksum or size
 */
export function decodeGptHeader(bytes: Uint8Array): GptHeader {
  const reader = new ByteReader(bytes, { code: 'partition/damaged', name: 'GPT header' })
  const signature = reader.latin1(8, 'signature')
  if (signature !== SIGNATURE) {
    throw new KairosError('partition/not-found', 'GPT header: signature "EFI PART" expected, something else found.')
  }
  reader.skip(4, 'revision')
  const size = reader.uint32le('header size')
  if (size < GPT_HEADER_BYTES || size > bytes.length) {
    throw reader.error(`header size: ${GPT_HEADER_BYTES} to ${bytes.length} expected, ${size} found`)
  }
  const expected = reader.uint32le('header CRC32')
  const found = headerCrc32(bytes.subarray(0, size))
  if (expected !== found) throw reader.error(`CRC32 ${hex(expected)} expected, ${hex(found)} found`)
  reader.skip(4, 'reserved')
  return {
    currentSector: reader.safeUint64le('sector of this header'),
    otherSector: reader.safeUint64le('sector of the other header'),
    firstUsableSector: reader.safeUint64le('first usable sector'),
    lastUsableSector: reader.safeUint64le('last usable sector'),
    diskGuid: decodeGuid(reader.bytes(16, 'disk GUID')),
    entriesSector: reader.safeUint64le('first sector of the entries'),
    entryCount: reader.uint32le('number of entries'),
    entryBytes: reader.uint32le('bytes of an entry'),
    entriesCrc32: reader.uint32le('CRC32 of the entries'),
  }
}

/**
 * Encodes a GPT header with its CRC32, laid out as {@link decodeGptHeader} says: 92 bytes.
 *
 * @throws KairosError `argument/invalid` for a value that does not fit its field
 */
export function encodeGptHeader(header: GptHeader): Uint8Array {
  const bytes = new ByteWriter(GPT_HEADER_BYTES, 'GPT header')
    .latin1(SIGNATURE, 8, 'signature')
    .uint32le(REVISION_1_0, 'revision')
    .uint32le(GPT_HEADER_BYTES, 'header size')
    .skip(8, 'header CRC32 and reserved')
    .uint64le(header.currentSector, 'sector of this header')
    .uint64le(header.otherSector, 'sector of the other header')
    .uint64le(header.firstUsableSector, 'first usable sector')
    .uint64le(header.lastUsableSector, 'last usable sector')
    .bytes(encodeGuid(header.diskGuid), 'disk GUID')
    .uint64le(header.entriesSector, 'first sector of the entries')
    .uint32le(header.entryCount, 'number of entries')
    .uint32le(header.entryBytes, 'bytes of an entry')
    .uint32le(header.entriesCrc32, 'CRC32 of the entries').written
  new DataView(bytes.buffer).setUint32(CRC_OFFSET, headerCrc32(bytes), true)
  return bytes
}

function headerCrc32(header: Uint8Array): number {
  const copy = Uint8Array.from(header)
  copy.fill(0, CRC_OFFSET, CRC_OFFSET + 4)
  return crc32(copy)
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
