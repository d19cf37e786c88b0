import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../../bytes/byte-source.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import { partitionRanges, type SystemArea } from '../system-area/read-system-area.js'
import { type DescriptorSet, readDescriptorSet } from './descriptor-set.js'
import type { ImageMetadata } from './image-metadata.js'

/**
 * The volume as its partitions show it. `xorriso -partition_offset` writes a second set of descriptors and directories
 * whose block numbers count from the start of the first partition, so that the partition of a USB stick can be mounted
 * like the whole stick.
 *
 * @throws KairosError `aborted`, `input/*`
 */
export async function readPartitionDescriptors(
  image: ImageMetadata,
  main: DescriptorSet,
  area: SystemArea,
  options?: ReadOptions,
): Promise<DescriptorSet[]> {
  const sets: DescriptorSet[] = []
  // What fills a gap between partitions begins anywhere in the volume.
  const views = partitionRanges(area).filter(({ name }) => !/^Gap\d*$/.test(name))
  const starts = new Set(views.map(({ offset }) => offset / SECTOR_SIZE))
  for (const start of starts) {
    if (start <= 0 || !Number.isInteger(start)) continue
    const set = await setAt(image, start, options)
    // A partition may hold another image; one of this volume has its name and its date.
    if (set && isSameVolume(set, main)) sets.push(set)
  }
  return sets
}

async function setAt(image: ImageMetadata, start: number, options?: ReadOptions): Promise<DescriptorSet | undefined> {
  try {
    return await readDescriptorSet(image, start, start, options)
  } catch (error) {
    if (KairosError.is(error) && error.code.startsWith('iso/')) return undefined
    throw error
  }
}

function isSameVolume(set: DescriptorSet, main: DescriptorSet): boolean {
  const a = set.primary.descriptor
  const b = main.primary.descriptor
  return a.volumeIdentifier === b.volumeIdentifier && a.createdAt?.getTime() === b.createdAt?.getTime()
}
