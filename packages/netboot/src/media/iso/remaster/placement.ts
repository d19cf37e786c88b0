import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '../../../bytes/byte-source.js'
import type { IsoVolume } from '../iso-image.js'
import type { DescriptorSet } from '../read/descriptor-set.js'
import { SECTOR_SIZE, sectorsOf } from '../structures/sector.js'
import { partitionRanges } from '../system-area/read-system-area.js'
import { contentSectors, type FileContent } from './file-content.js'
import { BlockAllocator, type BlockRange, intersectRanges } from './free-space.js'
import { fixedViews } from './partition-role.js'
import type { TreeLayout } from './tree-layout.js'

/** Blocks that 32 bits can count. */
const MAX_BLOCKS = 0xffffffff

/** A set of volume descriptors with the trees that it leads to. */
export interface EditedSet {
  readonly set: DescriptorSet
  readonly layouts: readonly TreeLayout[]
}

export interface Placement {
  readonly kept: readonly EditedSet[]
  /** Sets that no longer show the volume. */
  readonly dropped: readonly EditedSet[]
  /** First block behind everything that was placed; 0 when nothing was. */
  readonly usedTo: number
  /** First block behind what was appended; `undefined` when everything found room inside. */
  readonly grownTo: number | undefined
}

/**
 * Finds places for everything. A partition that shows the volume but cannot grow shows it whole only if everything lies
 * in it. If there is no room, one with descriptors of its own stops showing it: better none than one without the new
 * files, since whoever looks for the volume by its label may find either.
 *
 * @throws KairosError `iso/unsupported` when the image would be larger than ISO 9660 can say
 */
export async function place(
  volume: IsoVolume,
  base: ByteSource,
  edited: readonly EditedSet[],
  contents: readonly FileContent[],
  free: readonly BlockRange[],
): Promise<Placement> {
  const views = fixedViews(partitionRanges(volume.systemArea), volume.partitionDescriptors)
  if (views.length > 0) {
    const inside = views.reduce<readonly BlockRange[]>((left, { range: { offset, length } }) => {
      const view = { start: Math.ceil(offset / SECTOR_SIZE), end: Math.floor((offset + length) / SECTOR_SIZE) }
      return intersectRanges(left, [view])
    }, free)
    const allocator = new BlockAllocator(inside, undefined)
    if (await placeIn(allocator, edited, contents)) return result(edited, [], allocator)
  }
  const lost = new Set(views.flatMap(({ set }) => (set ? [set] : [])))
  const kept = edited.filter(({ set }) => !lost.has(set))
  const dropped = edited.filter(({ set }) => lost.has(set))
  const allocator = new BlockAllocator(free, sectorsOf(Math.max(base.size, volume.size)))
  if (!(await placeIn(allocator, kept, contents))) {
    throw new KairosError('internal', 'image: room behind its end expected, none found.')
  }
  return result(kept, dropped, allocator)
}

function result(kept: readonly EditedSet[], dropped: readonly EditedSet[], allocator: BlockAllocator): Placement {
  const { usedTo, grownTo } = allocator
  if (usedTo > MAX_BLOCKS) {
    throw new KairosError('iso/unsupported', `image: at most ${MAX_BLOCKS * SECTOR_SIZE} bytes expected, more found.`)
  }
  return { kept, dropped, usedTo, grownTo }
}

async function placeIn(
  allocator: BlockAllocator,
  edited: readonly EditedSet[],
  contents: readonly FileContent[],
): Promise<boolean> {
  for (const { layouts } of edited) {
    let rootNotBefore = 0
    for (const layout of layouts) {
      if (!(await layout.place(allocator, rootNotBefore))) return false
      // libarchive takes the Joliet tree for the better one when its root comes first.
      rootNotBefore = Math.max(rootNotBefore, layout.rootBlock)
    }
  }
  const unplaced = contents.filter(({ source, fixed }) => source.size > 0 && !fixed)
  // Large before small, which find a place in what is left.
  for (const content of unplaced.sort((a, b) => b.source.size - a.source.size)) {
    const notBefore = content.continuations.reduce((last, { placed = 0 }) => Math.max(last, placed + 1), 0)
    const block = allocator.take(contentSectors(content), notBefore)
    if (block === undefined) return false
    content.block = block
  }
  return true
}
