import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../../bytes/byte-source.js'
import type { OverlaySource } from '../../../bytes/overlay-source.js'
import type { IsoVolume } from '../iso-image.js'
import { type DescriptorSet, readDescriptorSet } from '../read/descriptor-set.js'
import { type ImageMetadata, imageMetadata } from '../read/image-metadata.js'
import { VolumeDescriptorOffset } from '../structures/primary-volume-descriptor.js'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS } from '../structures/sector.js'
import { setBothEndian32 } from './editable-record.js'
import { patchOverlay } from './patch-overlay.js'

/** Sessions begin at multiples of this many blocks. */
const SESSION_ALIGNMENT = 16
/** How far in front of its root directory the descriptors of a session may begin. */
const MAX_DISTANCE = 64

/**
 * The image with the descriptors of its last session in both places where they are looked for: a machine that boots
 * looks at block 16 only, xorriso follows the chain of sessions.
 */
export async function withDescriptorCopies(
  base: ImageMetadata,
  volume: IsoVolume,
  overlay: OverlaySource,
  options: ReadOptions,
): Promise<OverlaySource> {
  const { descriptors } = volume
  const { block, blocks } = descriptors
  const twin = block === SYSTEM_AREA_SECTORS ? await twinOf(base, descriptors, options) : undefined
  const target = twin?.block ?? SYSTEM_AREA_SECTORS
  if (target === block) return overlay
  const image = imageMetadata(overlay)
  const range = { offset: block * SECTOR_SIZE, length: blocks * SECTOR_SIZE }
  const bytes = Uint8Array.from(await image.bytes(range, 'volume descriptors', options))
  const gained = descriptors.sizeOrigin - (twin?.sizeOrigin ?? 0)
  for (const found of [descriptors.primary, ...descriptors.supplementary]) {
    const at = (found.block - block) * SECTOR_SIZE + VolumeDescriptorOffset.volumeSpaceSize
    const size = new DataView(bytes.buffer).getUint32(at, true)
    setBothEndian32(bytes, at, Math.max(size + gained, 0))
  }
  return patchOverlay(overlay, [{ offset: target * SECTOR_SIZE, bytes }], options)
}

/** The descriptors of the last session at its own start, when those at block 16 are a copy of them. */
async function twinOf(
  image: ImageMetadata,
  set: DescriptorSet,
  options: ReadOptions,
): Promise<DescriptorSet | undefined> {
  const root = set.primary.descriptor.root.extent
  const nearest = root - (root % SESSION_ALIGNMENT)
  for (let block = nearest; block > SYSTEM_AREA_SECTORS && block > root - MAX_DISTANCE; block -= SESSION_ALIGNMENT) {
    try {
      const found = await readDescriptorSet(image, block - SYSTEM_AREA_SECTORS, 0, options)
      if (found.primary.descriptor.root.extent === root && found.blocks === set.blocks) return found
    } catch (error) {
      if (!KairosError.is(error) || !error.code.startsWith('iso/')) throw error
    }
  }
  return undefined
}
