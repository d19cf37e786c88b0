import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, checkRange, type ReadOptions } from './byte-source.js'
import { openSegments } from './open-segments.js'
import { readSegments, type Segment } from './segments.js'
import { zeroSource } from './zero-source.js'

/** Bytes that take the place of others, or come after the end. */
export interface PatchedExtent {
  readonly offset: number
  readonly source: ByteSource
}

export interface OverlaySource extends ByteSource {
  readonly base: ByteSource
  /** Sorted by offset, without overlap, none empty. */
  readonly extents: readonly PatchedExtent[]
}

/**
 * `base` with some extents replaced or appended. Nothing is copied: everything else is read from `base`.
 *
 * @param size - bytes of the result, when it is not where the last of base and extents ends: a shorter one is cut, a
 *   longer one filled with zeros, as is a gap between the end of `base` and an extent
 * @throws KairosError `argument/invalid` for extents that overlap
 */
export function overlaySource(
  name: string,
  base: ByteSource,
  extents: readonly PatchedExtent[],
  size?: number,
): OverlaySource {
  const sorted = extents.filter((extent) => extent.source.size > 0).sort((a, b) => a.offset - b.offset)
  const end = sorted.reduce((last, extent) => Math.max(last, extent.offset + extent.source.size), base.size)
  const whole = size ?? end
  const segments = segmentsOf(base, sorted, whole)
  const openBase = base.openForReading
  const overlay = {
    name,
    size: whole,
    base,
    extents: sorted,
    read(offset: number, length: number, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
      checkRange(overlay, offset, length)
      return readSegments(segments, offset, length, name, options)
    },
    openForReading: openBase && (() => openSegments(segments, base, openBase)),
  }
  return overlay
}

function segmentsOf(base: ByteSource, extents: readonly PatchedExtent[], size: number): Segment[] {
  const segments: Segment[] = []
  let at = 0
  const fillFromBase = (until: number) => {
    const inside = Math.min(until, base.size)
    if (inside > at) {
      segments.push({ offset: at, length: inside - at, source: base, sourceOffset: at })
      at = inside
    }
    if (until > at) {
      segments.push({ offset: at, length: until - at, source: zeroSource(until - at), sourceOffset: 0 })
      at = until
    }
  }
  for (const { offset, source } of extents) {
    if (!Number.isSafeInteger(offset) || offset < at) {
      throw new KairosError('argument/invalid', `${base.name}: extents overlap at offset ${offset}.`)
    }
    fillFromBase(offset)
    segments.push({ offset, length: source.size, source, sourceOffset: 0 })
    at = offset + source.size
  }
  fillFromBase(size)
  return segments
}
