import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../../bytes/byte-source.js'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS } from '../structures/sector.js'
import { type DescriptorSet, readDescriptorSet } from './descriptor-set.js'
import type { ImageMetadata } from './image-metadata.js'

/** Sessions begin at multiples of this many blocks; writers of discs and of their images agree on it. */
const SESSION_ALIGNMENT = 16
/** A disc has at most 99 tracks. */
const MAX_SESSIONS = 99
/** How far behind the end of a session the next one may begin: 150 blocks of padding and the alignment. */
const MAX_GAP = 256

/**
 * The descriptors that count: those of the last session. Programs that add a session to an image file (xorriso,
 * growisofs) put its descriptors at block 16 too; mkisofs leaves those of the first session there, and the later ones
 * have to be looked for behind its end.
 *
 * @throws KairosError as `readDescriptorSet`
 */
export async function readLastSession(image: ImageMetadata, options?: ReadOptions): Promise<DescriptorSet> {
  let last = await readDescriptorSet(image, 0, 0, options)
  for (let count = 1; count < MAX_SESSIONS; count++) {
    const next = await nextSession(image, last, options)
    if (!next) return last
    last = next
  }
  return last
}

async function nextSession(
  image: ImageMetadata,
  before: DescriptorSet,
  options?: ReadOptions,
): Promise<DescriptorSet | undefined> {
  const start = before.block - SYSTEM_AREA_SECTORS
  const end = before.sizeOrigin + before.primary.descriptor.volumeSpaceSize
  const first = Math.ceil(end / SESSION_ALIGNMENT) * SESSION_ALIGNMENT
  for (let candidate = first; candidate <= end + MAX_GAP; candidate += SESSION_ALIGNMENT) {
    if (candidate <= start) continue
    if ((candidate + SYSTEM_AREA_SECTORS + 1) * SECTOR_SIZE > image.source.size) break
    const found = await descriptorsAt(image, candidate, options)
    if (found && belongsTogether(found, before)) return found
  }
  return undefined
}

async function descriptorsAt(image: ImageMetadata, start: number, options?: ReadOptions) {
  try {
    return await readDescriptorSet(image, start, 0, options)
  } catch (error) {
    if (KairosError.is(error) && error.code.startsWith('iso/')) return undefined
    throw error
  }
}

/** An image inside the image would have block numbers of its own: only a root behind its descriptors is a session's. */
function belongsTogether(session: DescriptorSet, before: DescriptorSet): boolean {
  return session.primary.descriptor.root.extent > session.block && session.block > before.block
}
