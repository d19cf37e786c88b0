import type { ReadOptions } from '../../../bytes/byte-source.js'
import { decodeContinuationArea } from '../structures/susp/continuation-area.js'
import { decodeSystemUse, type SystemUseEntry } from '../structures/system-use-entry.js'
import { type ByteRange, blockRange, damaged, type ImageMetadata } from './image-metadata.js'

/** A name of 255 bytes and a link of 4,096 need fewer; a chain that is longer goes in circles. */
const MAX_CONTINUATIONS = 64
const MAX_CONTINUATION_BYTES = 64 * 1024

/** An entry and where it lies in the image. */
export interface LocatedSystemUseEntry extends SystemUseEntry {
  readonly position: number
}

export interface SystemUseArea {
  readonly entries: readonly LocatedSystemUseEntry[]
  /** Where the continuation areas lie in the image. */
  readonly continuations: readonly ByteRange[]
}

/**
 * The entries of a system use area and of its continuation areas (SUSP 1.12 section 5.1).
 *
 * @param area - the area without the bytes to skip
 * @param position - where the area lies in the image, for error messages
 * @throws KairosError `iso/damaged`
 */
export async function readSystemUse(
  image: ImageMetadata,
  area: Uint8Array,
  position: number,
  blockOffset: number,
  options?: ReadOptions,
): Promise<SystemUseArea> {
  const entries: LocatedSystemUseEntry[] = []
  const continuations: ByteRange[] = []
  let current: Uint8Array | undefined = area
  let at = position
  let total = 0
  while (current) {
    let next: ByteRange | undefined
    for (const entry of decodeSystemUse(current)) {
      if (entry.signature === 'CE') {
        const { block, offset, length } = decodeContinuationArea(entry.data, at + entry.offset)
        next = { offset: blockRange(blockOffset + block, 0).offset + offset, length }
      }
      if (entry.signature !== 'ST') entries.push({ ...entry, position: at + entry.offset })
    }
    if (!next) break
    total += next.length
    if (continuations.length >= MAX_CONTINUATIONS || total > MAX_CONTINUATION_BYTES) {
      throw damaged(
        image.source,
        `system use area at byte ${position}: an end of its continuations expected, none found`,
      )
    }
    continuations.push(next)
    current = await image.bytes(next, `system use area at byte ${position}: continuation`, options)
    at = next.offset
  }
  return { entries, continuations }
}
