import { type ReadOptions, readFully } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import { type OverlaySource, overlaySource, type PatchedExtent } from '../../../bytes/overlay-source.js'
import { imageMetadata } from '../read/image-metadata.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import type { Patch } from './grow-partitions.js'
import { patchedSectors } from './patched-sectors.js'

/**
 * An overlay with further patches, still of the same base: extents that are hit are made anew, so that there is one list
 * of what differs from the base.
 */
export async function patchOverlay(
  overlay: OverlaySource,
  patches: readonly Patch[],
  options: ReadOptions,
): Promise<OverlaySource> {
  const sectors = new Map<number, Uint8Array>()
  for (const { offset, source } of await patchedSectors(imageMetadata(overlay), patches, options)) {
    const bytes = await readFully(source, 0, source.size, options)
    for (let at = 0; at < bytes.length; at += SECTOR_SIZE)
      sectors.set(offset + at, bytes.subarray(at, at + SECTOR_SIZE))
  }
  const extents: PatchedExtent[] = []
  for (const extent of overlay.extents) {
    const hits = [...sectors.keys()].filter((at) => at >= extent.offset && at < extent.offset + extent.source.size)
    if (hits.length === 0) {
      extents.push(extent)
      continue
    }
    const bytes = Uint8Array.from(await readFully(extent.source, 0, extent.source.size, options))
    for (const at of hits) {
      bytes.set(sectors.get(at) ?? [], at - extent.offset)
      sectors.delete(at)
    }
    extents.push({ offset: extent.offset, source: memorySource(extent.source.name, bytes) })
  }
  for (const [offset, bytes] of sectors) extents.push({ offset, source: memorySource('changed sector', bytes) })
  return overlaySource(overlay.name, overlay.base, extents, overlay.size)
}
