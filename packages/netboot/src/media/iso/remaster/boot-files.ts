import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, type ReadOptions, readFully } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import { type BootInfoOptions, patchBootImage } from '../author/boot-info.js'
import type { IsoVolume } from '../iso-image.js'
import { bootImages } from '../read/boot-catalog.js'
import type { ImageMetadata } from '../read/image-metadata.js'
import { CATALOG_ENTRY_SIZE } from '../structures/el-torito/validation-entry.js'
import { SECTOR_SIZE, sectorsOf } from '../structures/sector.js'
import type { FileContent } from './file-content.js'
import type { Patch } from './grow-partitions.js'
import type { ContentStart } from './tree-editor.js'

/** EFI system partitions as boot images; what is larger cannot be started from El Torito anyway. */
const MAX_BOOT_IMAGE_BYTES = 256 * 1024 * 1024
/** Offset of the sector count in an entry of the boot catalog. */
const SECTOR_COUNT_OFFSET = 6
const MAX_SECTOR_COUNT = 0xffff

export interface ReplacedBootFile {
  readonly content: FileContent
  /** Of the boot catalog. */
  readonly patches: readonly Patch[]
}

/**
 * The content that takes the place of a boot image, in the same place: partition tables, boot catalog and boot code lead
 * there. `undefined` when the file is no boot image.
 *
 * @throws KairosError `iso/unsupported` when the new content has no room there, or would replace the boot catalog
 */
export async function replacedBootFile(
  image: ImageMetadata,
  volume: IsoVolume,
  path: string,
  start: ContentStart,
  replacement: ByteSource,
  options: ReadOptions,
): Promise<ReplacedBootFile | undefined> {
  const { bootCatalog, descriptors } = volume
  // An empty file may point anywhere; genisoimage has it point to the boot catalog.
  if (!bootCatalog || start.length === 0) return undefined
  const block = start.offset / SECTOR_SIZE
  if (block === bootCatalog.block) {
    throw new KairosError('iso/unsupported', `${path}: the boot catalog cannot be replaced.`, {
      hint: 'Leave this file out.',
    })
  }
  const booted = bootImages(bootCatalog.catalog).filter(
    ({ entry }) => descriptors.blockOffset + entry.loadSector === block,
  )
  if (booted.length === 0) return undefined
  const room = sectorsOf(start.length) * SECTOR_SIZE
  if (replacement.size > Math.min(room, MAX_BOOT_IMAGE_BYTES)) {
    throw new KairosError(
      'iso/unsupported',
      `${path}: a boot image keeps its place, where ${room} bytes are free; ${replacement.size} bytes found.`,
      { hint: 'Use a smaller boot image, or create a new image.' },
    )
  }
  const before = await readFully(image.source, start.offset, start.length, options)
  const after = await readFully(replacement, 0, replacement.size, options)
  const bytes = patchBootImage(after, {
    sector: block,
    bootInfoTable: knowsItself(before, { sector: block, bootInfoTable: true, grub2BootInfo: false }),
    grub2BootInfo: knowsItself(before, { sector: block, bootInfoTable: false, grub2BootInfo: true }),
  })
  const patches = booted.flatMap(({ entry, slot }) => {
    // Only a count that meant the whole image changes; for BIOS it is the part that is loaded at once.
    if (entry.sectorCount !== Math.ceil(start.length / 512)) return []
    const count = Math.min(Math.ceil(bytes.length / 512), MAX_SECTOR_COUNT)
    const offset = bootCatalog.block * SECTOR_SIZE + slot * CATALOG_ENTRY_SIZE + SECTOR_COUNT_OFFSET
    return [{ offset, bytes: new Uint8Array([count & 0xff, count >> 8]) }]
  })
  const source = memorySource(replacement.name, bytes)
  return { content: { source, fixed: true, block, continuations: [] }, patches }
}

/** True for a boot image that has the table already: patched once more it stays as it is. */
function knowsItself(image: Uint8Array, options: BootInfoOptions): boolean {
  try {
    return Buffer.compare(patchBootImage(image, options), image) === 0
  } catch {
    // Too short for the table.
    return false
  }
}
