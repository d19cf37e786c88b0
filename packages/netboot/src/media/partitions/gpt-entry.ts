import { KairosError } from '@kairos-sdk/core'
import { ByteReader } from '../../bytes/reader.js'
import { ByteWriter } from '../../bytes/writer.js'
import { decodeGuid, encodeGuid, PartitionType } from './guid.js'

/** Bytes of an entry as everybody writes it; the specification allows longer ones. */
export const GPT_ENTRY_BYTES = 128
const NAME_UNITS = 36

/** Attributes of GPT entries (UEFI Specification 2.10 table 5.7, and of basic data partitions). */
export const GptAttribute = {
  required: 1n << 0n,
  legacyBiosBootable: 1n << 2n,
  readOnly: 1n << 60n,
  noAutomount: 1n << 63n,
} as const

export interface GptPartition {
  /** Type GUID, see {@link PartitionType}. */
  readonly type: string
  /** The partition's own GUID. */
  readonly guid: string
  readonly firstSector: number
  /** The last sector that belongs to it. */
  readonly lastSector: number
  /** Bits of {@link GptAttribute}. Default 0. */
  readonly attributes?: bigint
  /** At most 36 UTF-16 code units. Default none. */
  readonly name?: string
}

/**
 * Decodes an entry of the partition entry array (UEFI Specification 2.10 table 5.6).
 *
 *     Offset  Size  Field (little-endian)
 *     0       16    partition type GUID; all zero is an unused entry
 *     16      16    unique partition GUID
 *     32      8     first sector
 *     40      8     last sector, inclusive
 *     48      8     attributes
 *     56      72    name, UTF-16, filled up with zeros
 *
 * @returns `undefined` for an unused entry
 * @throws KairosError `partition/damaged`
 */
export function decodeGptEntry(bytes: Uint8Array): Required<GptPartition> | undefined {
  const reader = new ByteReader(bytes, { code: 'partition/damaged', name: 'GPT entry' })
  const type = decodeGuid(reader.bytes(16, 'type'))
  if (type === PartitionType.unused) return undefined
  const guid = decodeGuid(reader.bytes(16, 'GUID'))
  const firstSector = reader.safeUint64le('first sector')
  const lastSector = reader.safeUint64le('last sector')
  const attributes = reader.uint64le('attributes')
  const name = Buffer.from(reader.bytes(2 * NAME_UNITS, 'name')).toString('utf16le')
  const end = name.indexOf('\0')
  return { type, guid, firstSector, lastSector, attributes, name: end < 0 ? name : name.slice(0, end) }
}

/**
 * Encodes an entry of 128 bytes, laid out as {@link decodeGptEntry} says.
 *
 * @throws KairosError `argument/invalid` for a name that is too long or another value that does not fit its field
 */
export function encodeGptEntry(partition: GptPartition): Uint8Array {
  const name = partition.name ?? ''
  if (name.length > NAME_UNITS || name.includes('\0')) {
    throw new KairosError(
      'argument/invalid',
      `GPT entry: a name of at most ${NAME_UNITS} characters expected, ${JSON.stringify(name)} found.`,
    )
  }
  return new ByteWriter(GPT_ENTRY_BYTES, 'GPT entry')
    .bytes(encodeGuid(partition.type), 'type')
    .bytes(encodeGuid(partition.guid), 'GUID')
    .uint64le(partition.firstSector, 'first sector')
    .uint64le(partition.lastSector, 'last sector')
    .uint64le(partition.attributes ?? 0n, 'attributes')
    .bytes(Buffer.from(name, 'utf16le'), 'name').written
}
