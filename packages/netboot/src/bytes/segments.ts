import { throwIfAborted } from '@kairos-sdk/core'
import type { ByteSource, ReadOptions } from './byte-source.js'

/** A stretch of a composed source, and where its bytes come from. */
export interface Segment {
  /** Where the stretch begins in the composed source. */
  readonly offset: number
  readonly length: number
  readonly source: ByteSource
  /** Where the stretch begins in `source`. */
  readonly sourceOffset: number
}

/**
 * Reads a range of segments that follow each other without gap or overlap, sorted by offset.
 */
export async function* readSegments(
  segments: readonly Segment[],
  offset: number,
  length: number,
  name: string,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const end = offset + length
  for (let index = segmentAt(segments, offset); index < segments.length; index++) {
    const segment = segments[index]
    if (segment === undefined || segment.offset >= end) return
    throwIfAborted(options.signal, `Cannot read ${name}`)
    const from = Math.max(offset, segment.offset)
    const to = Math.min(end, segment.offset + segment.length)
    if (to > from) yield* segment.source.read(segment.sourceOffset + from - segment.offset, to - from, options)
  }
}

/** Index of the segment that holds `offset`, by halving: a remastered image may have thousands. */
export function segmentAt(segments: readonly Segment[], offset: number): number {
  let low = 0
  let high = segments.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const segment = segments[middle]
    if (segment !== undefined && segment.offset + segment.length <= offset) low = middle + 1
    else high = middle
  }
  return low
}
