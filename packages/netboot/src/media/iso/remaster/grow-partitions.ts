import { createHash } from 'node:crypto'
import {
  type CylinderHeadSector,
  type DecodedMbrPartition,
  encodeGpt,
  encodeMbr,
  entriesSectors,
  type Gpt,
  GptAttribute,
  type GptPartition,
  guidFromDigest,
  type Mbr,
  MbrPartitionType,
  PartitionType,
  resizeGpt,
} from '../../partitions/index.js'
import type { IsoVolume } from '../iso-image.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import { ApplePartitionOffset } from '../system-area/apple-partition-map.js'
import { DISK_SECTOR, type PartitionRange, partitionRanges } from '../system-area/read-system-area.js'
import { canGrow, showsVolume } from './partition-role.js'

/** Bytes that take the place of others. */
export interface Patch {
  readonly offset: number
  readonly bytes: Uint8Array
}

const SECTORS_PER_BLOCK = SECTOR_SIZE / DISK_SECTOR
const MAX_MBR_SECTORS = 0xffffffff

/**
 * The patches that make the partition tables fit an image that has grown: protective and hybrid MBR, both copies of the
 * GPT, Apple partition map. Partitions keep their places; the last one is stretched if it shows the volume, else the new
 * blocks get a partition of their own, so that no program takes them for free space.
 *
 * @param size - bytes of the image as it is to be
 */
export function growPartitions(volume: IsoVolume, oldSize: number, size: number): Patch[] {
  const { mbr, gpt, apple } = volume.systemArea
  const ranges = partitionRanges(volume.systemArea)
  const grows = (table: PartitionRange['table'], number: number) => {
    const range = ranges.find((each) => each.table === table && each.number === number)
    return range !== undefined && showsVolume(range, volume.partitionDescriptors) && canGrow(range, ranges)
  }
  const patches: Patch[] = []
  if (mbr) patches.push({ offset: 0, bytes: encodeMbr(grownMbr(mbr, size, (number) => grows('mbr', number))) })
  if (gpt) patches.push(...grownGpt(gpt.gpt, oldSize, size, (number) => grows('gpt', number)))
  apple?.partitions.forEach((partition, index) => {
    if (!grows('apple', index + 1)) return
    const blocks = Math.floor(size / apple.blockSize) - partition.firstBlock
    const offset = (index + 1) * apple.blockSize
    for (const field of Object.values(ApplePartitionOffset)) {
      patches.push({ offset: offset + field, bytes: bigEndian32(blocks) })
    }
  })
  return patches
}

function grownMbr(mbr: Mbr<DecodedMbrPartition>, size: number, grows: (number: number) => boolean): Mbr {
  const sectors = Math.floor(size / DISK_SECTOR)
  return {
    ...mbr,
    partitions: mbr.partitions.map((partition, index) => {
      if (!partition) return undefined
      if (partition.type !== MbrPartitionType.gptProtective && !grows(index + 1)) return partition
      const count = Math.min(sectors - partition.firstSector, MAX_MBR_SECTORS)
      return { ...partition, sectors: count, lastChs: grownChs(partition, partition.firstSector + count - 1) }
    }),
  }
}

/** The new last CHS in the geometry that the old one was written for; one that points "beyond" stays. */
function grownChs(partition: DecodedMbrPartition, lastSector: number): CylinderHeadSector {
  const { lastChs } = partition
  const heads = lastChs.head + 1
  const { sector } = lastChs
  const before = (lastChs.cylinder * heads + lastChs.head) * sector + sector - 1
  if (before !== partition.firstSector + partition.sectors - 1) return lastChs
  const track = Math.floor(lastSector / sector)
  const cylinder = Math.floor(track / heads)
  return cylinder > 1023
    ? { cylinder: 1023, head: lastChs.head, sector }
    : { cylinder, head: track % heads, sector: (lastSector % sector) + 1 }
}

function grownGpt(gpt: Gpt, oldSize: number, size: number, grows: (number: number) => boolean): Patch[] {
  const resized = resizeGpt(gpt, Math.floor(size / DISK_SECTOR))
  const last = lastOf(resized)
  // Whole blocks only: a partition of a CD image is read in blocks of 2,048 bytes.
  const usable = resized.lastUsableSector + 1
  const lastSector = usable - (usable % SECTORS_PER_BLOCK) - 1
  let partitions = resized.partitions
  if (last && grows(last.number) && lastSector > last.partition.lastSector) {
    partitions = partitions.with(last.number - 1, { ...last.partition, lastSector })
  } else partitions = withGap(resized, oldSize, lastSector)
  const { primary, backup } = encodeGpt({ ...resized, partitions })
  // The old backup would be a second header in the middle of the image.
  const stale = (gpt.diskSectors - 1 - entriesSectors(gpt)) * DISK_SECTOR
  const staleSize = Math.min((entriesSectors(gpt) + 1) * DISK_SECTOR, oldSize - stale)
  const patches = [...primary, backup]
  if (staleSize > 0 && stale + staleSize <= backup.offset) {
    patches.push({ offset: stale, bytes: new Uint8Array(staleSize) })
  }
  return patches
}

function lastOf(gpt: Gpt): { number: number; partition: GptPartition } | undefined {
  return gpt.partitions
    .flatMap((partition, index) => (partition ? [{ partition, number: index + 1 }] : []))
    .sort((a, b) => a.partition.lastSector - b.partition.lastSector)
    .at(-1)
}

/** The partitions with a further one from behind the last, as xorriso fills gaps; as they are when there is no room. */
function withGap(gpt: Gpt, oldSize: number, lastSector: number): Gpt['partitions'] {
  const behind = (lastOf(gpt)?.partition.lastSector ?? 0) + 1
  const firstSector = Math.ceil(behind / SECTORS_PER_BLOCK) * SECTORS_PER_BLOCK
  const free = gpt.partitions.indexOf(undefined)
  const index = free < 0 ? gpt.partitions.length : free
  if (index >= gpt.entryCount || firstSector > lastSector || lastSector * DISK_SECTOR < oldSize) return gpt.partitions
  const gaps = gpt.partitions.filter((partition) => partition?.name?.startsWith('Gap')).length
  const name = `Gap${gaps + 1}`
  const guid = guidFromDigest(createHash('sha256').update(`${gpt.diskGuid} ${name}`).digest())
  const attributes = GptAttribute.required | GptAttribute.readOnly
  const gap = { type: PartitionType.basicData, guid, firstSector, lastSector, attributes, name }
  const partitions = [...gpt.partitions]
  partitions[index] = gap
  return partitions
}

function bigEndian32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
