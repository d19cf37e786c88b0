import { KairosError } from '@kairos-sdk/core'
import { ByteReader } from '../../bytes/reader.js'
import { ByteWriter } from '../../bytes/writer.js'

/** Bytes of a master boot record: one sector, whatever the sector size of the disk. */
export const MBR_BYTES = 512
/** Bytes of boot code in front of the disk signature. */
export const MBR_BOOT_CODE_BYTES = 440
const MBR_SIGNATURE = 0xaa55
const ACTIVE = 0x80

/** Partition types of the MBR that matter to installation media. */
export const MbrPartitionType = {
  empty: 0x00,
  hiddenNtfs: 0x17,
  gptProtective: 0xee,
  efiSystem: 0xef,
} as const

/** A cylinder, head and sector as the BIOS of old counted them. Only the sector starts at 1. */
export interface CylinderHeadSector {
  readonly cylinder: number
  readonly head: number
  readonly sector: number
}

/** Where the CHS of anything behind the first 8 GB points: as far as the field reaches. */
export const CHS_BEYOND: CylinderHeadSector = { cylinder: 1023, head: 254, sector: 63 }

export interface MbrPartition {
  /** Boot indicator 0x80. Some BIOSes boot a disk only if one of its partitions is active. */
  readonly active: boolean
  readonly type: number
  readonly firstSector: number
  /** Length in sectors. */
  readonly sectors: number
  /** Default: computed from `firstSector` for 255 heads of 63 sectors. */
  readonly firstChs?: CylinderHeadSector
  /** Default: computed from the last sector for 255 heads of 63 sectors. */
  readonly lastChs?: CylinderHeadSector
}

export type DecodedMbrPartition = Required<MbrPartition>

export interface Mbr<Partition extends MbrPartition = MbrPartition> {
  /** 440 bytes of machine code; fewer are filled up with zeros. */
  readonly bootCode: Uint8Array
  /** Tells disks apart; 0 where nothing set it. */
  readonly diskSignature: number
  /** 0x5a5a where the disk is marked read-only. Default 0. */
  readonly copyProtection?: number
  /** Four entries in order; `undefined` is an entry of zeros. */
  readonly partitions: readonly (Partition | undefined)[]
}

/**
 * Decodes a master boot record. Partition entries are not compared with the disk: what they say is for the caller to judge.
 *
 *     Offset  Size  Field
 *     0       440   boot code
 *     440     4     disk signature, little-endian
 *     444     2     copy protection
 *     446     16    partition entry 1
 *     462     16    partition entry 2
 *     478     16    partition entry 3
 *     494     16    partition entry 4
 *     510     2     signature 55 AA
 *
 * @throws KairosError `partition/not-found` for bytes without the signature, `partition/damaged` for a short input
 */
export function decodeMbr(bytes: Uint8Array): Mbr<DecodedMbrPartition> {
  const reader = new ByteReader(bytes, { code: 'partition/damaged', name: 'master boot record' })
  const bootCode = reader.bytes(MBR_BOOT_CODE_BYTES, 'boot code').slice()
  const diskSignature = reader.uint32le('disk signature')
  const copyProtection = reader.uint16le('copy protection')
  const entries = [1, 2, 3, 4].map((number) => reader.bytes(16, `partition entry ${number}`))
  const signature = reader.uint16le('signature')
  if (signature !== MBR_SIGNATURE) {
    throw new KairosError(
      'partition/not-found',
      `master boot record: signature 55 AA expected at offset 510, ${signature.toString(16).padStart(4, '0')} found (little-endian).`,
      { hint: 'This is not a partitioned disk: an ISO image like it starts from a CD only.' },
    )
  }
  return { bootCode, diskSignature, copyProtection, partitions: entries.map(decodeEntry) }
}

/**
 *     Offset  Size  Field
 *     0       1     boot indicator: 80 active, 00 not
 *     1       3     first sector as CHS
 *     4       1     type
 *     5       3     last sector as CHS
 *     8       4     first sector, little-endian
 *     12      4     number of sectors, little-endian
 */
function decodeEntry(bytes: Uint8Array): DecodedMbrPartition | undefined {
  if (bytes.every((byte) => byte === 0)) return undefined
  const reader = new ByteReader(bytes, { code: 'partition/damaged', name: 'partition entry' })
  return {
    active: reader.uint8('boot indicator') === ACTIVE,
    firstChs: decodeChs(reader.bytes(3, 'first CHS')),
    type: reader.uint8('type'),
    lastChs: decodeChs(reader.bytes(3, 'last CHS')),
    firstSector: reader.uint32le('first sector'),
    sectors: reader.uint32le('number of sectors'),
  }
}

/**
 * Encodes a master boot record, laid out as {@link decodeMbr} says.
 *
 * @throws KairosError `argument/invalid` for a value that does not fit its field
 */
export function encodeMbr(mbr: Mbr): Uint8Array {
  if (mbr.bootCode.length > MBR_BOOT_CODE_BYTES || mbr.partitions.length > 4) {
    throw new KairosError(
      'argument/invalid',
      `master boot record: at most ${MBR_BOOT_CODE_BYTES} bytes of boot code and 4 partitions expected, ` +
        `${mbr.bootCode.length} and ${mbr.partitions.length} found.`,
    )
  }
  const writer = new ByteWriter(MBR_BYTES, 'master boot record')
  writer.bytes(mbr.bootCode, 'boot code').skip(MBR_BOOT_CODE_BYTES - mbr.bootCode.length, 'rest of the boot code')
  writer.uint32le(mbr.diskSignature, 'disk signature')
  writer.uint16le(mbr.copyProtection ?? 0, 'copy protection')
  for (let number = 0; number < 4; number++) {
    const partition = mbr.partitions[number]
    if (!partition) writer.skip(16, 'unused entry')
    else encodeEntry(writer, partition)
  }
  return writer.uint16le(MBR_SIGNATURE, 'signature').written
}

function encodeEntry(writer: ByteWriter, partition: MbrPartition): void {
  const last = partition.firstSector + Math.max(partition.sectors, 1) - 1
  writer.uint8(partition.active ? ACTIVE : 0, 'boot indicator')
  writer.bytes(encodeChs(partition.firstChs ?? chsOf(partition.firstSector)), 'first CHS')
  writer.uint8(partition.type, 'type')
  writer.bytes(encodeChs(partition.lastChs ?? chsOf(last)), 'last CHS')
  writer.uint32le(partition.firstSector, 'first sector')
  writer.uint32le(partition.sectors, 'number of sectors')
}

/**
 *     Offset  Size  Field
 *     0       1     head
 *     1       1     bits 0-5 sector, bits 6-7 cylinder bits 8-9
 *     2       1     cylinder bits 0-7
 */
function decodeChs(bytes: Uint8Array): CylinderHeadSector {
  const [head = 0, mixed = 0, low = 0] = bytes
  return { cylinder: ((mixed & 0xc0) << 2) | low, head, sector: mixed & 0x3f }
}

function encodeChs({ cylinder, head, sector }: CylinderHeadSector): Uint8Array {
  return Uint8Array.of(head, ((cylinder >> 2) & 0xc0) | (sector & 0x3f), cylinder & 0xff)
}

function chsOf(lba: number): CylinderHeadSector {
  const cylinder = Math.floor(lba / (255 * 63))
  if (cylinder > 1023) return CHS_BEYOND
  return { cylinder, head: Math.floor(lba / 63) % 255, sector: (lba % 63) + 1 }
}
