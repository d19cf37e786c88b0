import { type ByteSource, checkRange, type ReadOptions } from './byte-source.js'
import { readSegments, type Segment } from './segments.js'

/** Sources one after the other, as one. */
export function concatSource(name: string, sources: readonly ByteSource[]): ByteSource {
  const segments: Segment[] = []
  let size = 0
  for (const source of sources) {
    if (source.size > 0) segments.push({ offset: size, length: source.size, source, sourceOffset: 0 })
    size += source.size
  }
  const whole = {
    name,
    size,
    read(offset: number, length: number, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
      checkRange(whole, offset, length)
      return readSegments(segments, offset, length, name, options)
    },
  }
  return whole
}
