import type { ByteSource, OpenSource } from './byte-source.js'
import { readSegments, type Segment, segmentAt } from './segments.js'

/**
 * Opens a composed source for many reads into the same memory: what comes from `base` is read into its place, all else, which
 * is little, is copied there.
 *
 * @throws KairosError what `open` throws
 */
export async function openSegments(
  segments: readonly Segment[],
  base: ByteSource,
  open: () => Promise<OpenSource>,
): Promise<OpenSource> {
  const opened = await open()
  return {
    async readInto(into, offset) {
      const end = offset + into.length
      for (let index = segmentAt(segments, offset); index < segments.length; index++) {
        const segment = segments[index]
        if (segment === undefined || segment.offset >= end) return
        const from = Math.max(offset, segment.offset)
        const to = Math.min(end, segment.offset + segment.length)
        const place = into.subarray(from - offset, to - offset)
        if (segment.source === base) await opened.readInto(place, segment.sourceOffset + from - segment.offset)
        else await copyInto(place, segment, from)
      }
    },
    verify: opened.verify,
    close: opened.close,
  }
}

async function copyInto(place: Uint8Array, segment: Segment, offset: number): Promise<void> {
  let filled = 0
  for await (const chunk of readSegments([segment], offset, place.length, segment.source.name, {})) {
    place.set(chunk, filled)
    filled += chunk.length
  }
}
