import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../../bytes/byte-source.js'
import {
  type DecodedMbrPartition,
  decodeMbr,
  type GptReading,
  MBR_BYTES,
  type Mbr,
  readGpt,
} from '../../partitions/index.js'
import { blockRange, type ImageMetadata } from '../read/image-metadata.js'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS } from '../structures/sector.js'
import { type ApplePartition, decodeApplePartition } from './apple-partition-map.js'

/** Partition tables of an image that also starts from a disk. */
export interface SystemArea {
  readonly mbr: Mbr<DecodedMbrPartition> | undefined
  readonly gpt: GptReading | undefined
  readonly apple: AppleMap | undefined
}

export interface AppleMap {
  /** Bytes of a block of the map: 2,048 or 512. */
  readonly blockSize: number
  readonly partitions: readonly ApplePartition[]
}

/** A partition as any of the tables gives it, in bytes of the image. */
export interface PartitionRange {
  readonly table: 'mbr' | 'gpt' | 'apple'
  /** Number of the partition, counted from 1. */
  readonly number: number
  /** GUID of the type, number of the type in hexadecimal, or Apple's name of the type. */
  readonly type: string
  readonly name: string
  readonly offset: number
  readonly length: number
}

/** Bytes of a sector in MBR and GPT. */
export const DISK_SECTOR = 512

/**
 * Reads the partition tables in the system area. What is no table is no error: most images from before 2009 have none.
 */
export async function readSystemArea(image: ImageMetadata, options?: ReadOptions): Promise<SystemArea> {
  const { source } = image
  const area = await image.bytes(blockRange(0, SYSTEM_AREA_SECTORS * SECTOR_SIZE), 'system area', options)
  const mbr = await unlessAbsent(async () => decodeMbr(area.subarray(0, MBR_BYTES)))
  // Only the last sectors are far away; the primary copy is in what was read.
  const gpt = await unlessAbsent(() => readGpt(source, options))
  return { mbr, gpt, apple: decodeAppleMap(area) }
}

async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (KairosError.is(error) && error.code.startsWith('partition/')) return undefined
    throw error
  }
}

/** Hybrid images have their map in blocks of 2,048 bytes (xorriso) or 512 (isohybrid --mac). */
function decodeAppleMap(area: Uint8Array): AppleMap | undefined {
  for (const blockSize of [2048, 512]) {
    const first = decodeApplePartition(area.subarray(blockSize, 2 * blockSize), blockSize)
    if (!first) continue
    const partitions: ApplePartition[] = []
    for (let number = 1; number <= first.mapEntries && (number + 1) * blockSize <= area.length; number++) {
      const at = number * blockSize
      const partition = decodeApplePartition(area.subarray(at, at + blockSize), at)
      if (!partition) break
      partitions.push(partition)
    }
    return { blockSize, partitions }
  }
  return undefined
}

/** All partitions of all tables; the protective one is none. */
export function partitionRanges({ mbr, gpt, apple }: SystemArea): PartitionRange[] {
  const ranges: PartitionRange[] = []
  mbr?.partitions.forEach((partition, index) => {
    if (!partition || partition.type === 0xee || (partition.type === 0 && partition.sectors <= 1)) return
    ranges.push({
      table: 'mbr',
      number: index + 1,
      type: partition.type.toString(16).padStart(2, '0'),
      name: '',
      offset: partition.firstSector * DISK_SECTOR,
      length: partition.sectors * DISK_SECTOR,
    })
  })
  gpt?.gpt.partitions.forEach((partition, index) => {
    if (!partition) return
    ranges.push({
      table: 'gpt',
      number: index + 1,
      type: partition.type,
      name: partition.name ?? '',
      offset: partition.firstSector * DISK_SECTOR,
      length: (partition.lastSector - partition.firstSector + 1) * DISK_SECTOR,
    })
  })
  apple?.partitions.forEach((partition, index) => {
    if (partition.type === 'Apple_partition_map') return
    ranges.push({
      table: 'apple',
      number: index + 1,
      type: partition.type,
      name: partition.name,
      offset: partition.firstBlock * apple.blockSize,
      length: partition.blocks * apple.blockSize,
    })
  })
  return ranges
}
