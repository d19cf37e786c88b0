import type { ReadOptions } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import type { PatchedExtent } from '../../../bytes/overlay-source.js'
import type { ImageMetadata } from '../read/image-metadata.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import type { Patch } from './grow-partitions.js'

/**
 * Whole sectors that patches change, neighbours as one extent. Later patches win over earlier ones; sectors that come
 * out as they were are left alone.
 */
export async function patchedSectors(
  image: ImageMetadata,
  patches: readonly Patch[],
  options: ReadOptions,
): Promise<PatchedExtent[]> {
  const sectors = new Map<number, Uint8Array>()
  for (const { offset, bytes } of patches) {
    for (let at = 0; at < bytes.length; ) {
      const sector = Math.floor((offset + at) / SECTOR_SIZE)
      const start = offset + at - sector * SECTOR_SIZE
      const count = Math.min(SECTOR_SIZE - start, bytes.length - at)
      const target = sectors.get(sector) ?? (await sectorOf(image, sector, options))
      target.set(bytes.subarray(at, at + count), start)
      sectors.set(sector, target)
      at += count
    }
  }
  const extents: { first: number; pieces: Uint8Array[] }[] = []
  for (const [sector, bytes] of [...sectors].sort(([a], [b]) => a - b)) {
    const inside = sector * SECTOR_SIZE + SECTOR_SIZE <= image.source.size
    if (inside && Buffer.compare(bytes, await sectorOf(image, sector, options)) === 0) continue
    const last = extents.at(-1)
    if (last && last.first + last.pieces.length === sector) last.pieces.push(bytes)
    else extents.push({ first: sector, pieces: [bytes] })
  }
  return extents.map(({ first, pieces }) => ({
    offset: first * SECTOR_SIZE,
    source: memorySource('changed sectors', new Uint8Array(Buffer.concat(pieces))),
  }))
}

/** A copy of a sector of the base; behind its end there are zeros. */
async function sectorOf(image: ImageMetadata, sector: number, options: ReadOptions): Promise<Uint8Array> {
  const offset = sector * SECTOR_SIZE
  const copy = new Uint8Array(SECTOR_SIZE)
  const length = Math.min(SECTOR_SIZE, image.source.size - offset)
  if (length > 0) copy.set(await image.bytes({ offset, length }, 'sector', options))
  return copy
}
