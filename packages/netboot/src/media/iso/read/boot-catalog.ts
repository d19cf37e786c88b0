import type { ReadOptions } from '../../../bytes/byte-source.js'
import { type BootCatalog, decodeBootCatalog } from '../structures/el-torito/boot-catalog.js'
import type { BootEntry } from '../structures/el-torito/boot-entry.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import type { DescriptorSet } from './descriptor-set.js'
import { blockRange, type ImageMetadata } from './image-metadata.js'

/** Sections with hundreds of entries fit. */
const MAX_CATALOG_SECTORS = 8

/** A boot catalog and where it lies. */
export interface LocatedBootCatalog {
  readonly block: number
  readonly catalog: BootCatalog
}

/** One thing that firmware can boot. */
export interface BootImage {
  readonly platform: number
  readonly entry: BootEntry
  /** Number of the entry's 32-byte slot in the catalog. */
  readonly slot: number
}

/**
 * The El Torito boot catalog; `undefined` when the image has none.
 *
 * @throws KairosError `iso/damaged`
 */
export async function readBootCatalog(
  image: ImageMetadata,
  set: DescriptorSet,
  options?: ReadOptions,
): Promise<LocatedBootCatalog | undefined> {
  if (!set.bootRecord) return undefined
  const block = set.blockOffset + set.bootRecord.descriptor.bootCatalog
  const { offset } = blockRange(block, 0)
  const left = image.source.size - offset
  // A catalog beyond the end is read as one sector, which fails with an error that says where.
  const length = Math.min(MAX_CATALOG_SECTORS * SECTOR_SIZE, Math.max(left, SECTOR_SIZE))
  const bytes = await image.bytes({ offset, length }, 'El Torito boot catalog', options)
  return { block, catalog: decodeBootCatalog(bytes, offset) }
}

/** All entries of a catalog in order. */
export function bootImages({ validation, initial, sections }: BootCatalog): BootImage[] {
  const images: BootImage[] = [{ platform: validation.platform, entry: initial, slot: 1 }]
  let slot = 2
  for (const { platform, entries } of sections) {
    slot++
    for (const entry of entries) {
      images.push({ platform, entry, slot })
      slot += 1 + entry.extensions.length
    }
  }
  return images
}
