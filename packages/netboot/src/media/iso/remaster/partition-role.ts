import { PartitionType } from '../../partitions/index.js'
import type { DescriptorSet } from '../read/descriptor-set.js'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS } from '../structures/sector.js'
import type { PartitionRange } from '../system-area/read-system-area.js'

/** Apple's types for the parts of the volume between other partitions, as xorriso and isohybrid write them. */
const APPLE_ISO_TYPES = new Set(['ISO9660_data', 'Apple_ISO', 'CD_partition_scheme', 'Apple_Free'])

/**
 * True for a partition that shows the volume or covers a part of it that nothing else does; false for one with a life of
 * its own, whose blocks are not ours to use.
 */
export function showsVolume(range: PartitionRange, partitionDescriptors: readonly DescriptorSet[]): boolean {
  const first = range.offset / SECTOR_SIZE
  const end = (range.offset + range.length) / SECTOR_SIZE
  if (isFirstOfVolume(range, partitionDescriptors)) return true
  if (range.table === 'gpt' && range.type === PartitionType.basicData && /^Gap\d*$/.test(range.name)) return true
  if (range.table === 'apple' && APPLE_ISO_TYPES.has(range.type)) return true
  // A partition from somewhere in the system area over the descriptors: that of isohybrid begins at sector 0.
  return first <= SYSTEM_AREA_SECTORS && end > SYSTEM_AREA_SECTORS
}

/** True for a partition whose own volume descriptors show the volume when the partition is mounted. */
export function isFirstOfVolume(range: PartitionRange, partitionDescriptors: readonly DescriptorSet[]): boolean {
  return partitionDescriptors.some((set) => set.blockOffset * SECTOR_SIZE === range.offset)
}

/**
 * True for a partition that can be stretched to a new end of the image. Partitions of a GPT must not overlap, so it has
 * to be the last. In an MBR the partition from sector 0 is isohybrid's: it shows the whole image, and others lie inside
 * of it.
 */
export function canGrow(range: PartitionRange, ranges: readonly PartitionRange[]): boolean {
  if (range.table === 'mbr' && range.offset === 0) return true
  const end = range.offset + range.length
  return ranges.every((other) => other.table !== range.table || other.offset + other.length <= end)
}

/** The part of the image that a mounted partition shows. */
export interface PartitionView {
  readonly range: PartitionRange
  /** The partition's own volume descriptors; `undefined` when it shows those of the whole image. */
  readonly set: DescriptorSet | undefined
}

/** Partitions that show the volume when they are mounted, and whose end cannot move. */
export function fixedViews(
  ranges: readonly PartitionRange[],
  partitionDescriptors: readonly DescriptorSet[],
): PartitionView[] {
  return ranges.flatMap((range) => {
    const set = partitionDescriptors.find((each) => each.blockOffset * SECTOR_SIZE === range.offset)
    const isView = set !== undefined || (range.offset === 0 && range.table !== 'apple')
    return isView && !canGrow(range, ranges) ? [{ range, set }] : []
  })
}
