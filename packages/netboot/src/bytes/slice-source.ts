import { type ByteSource, checkRange, type OpenSource, type ReadOptions } from './byte-source.js'

/**
 * A range of another source as a source of its own.
 *
 * @throws KairosError `argument/invalid` for a range that is not inside `source`
 */
export function sliceSource(source: ByteSource, offset: number, length: number, name = source.name): ByteSource {
  checkRange(source, offset, length)
  const slice = {
    name,
    size: length,
    read(from: number, count: number, options?: ReadOptions): AsyncIterable<Uint8Array> {
      checkRange(slice, from, count)
      return source.read(offset + from, count, options)
    },
    openForReading: source.openForReading && openSlice(source.openForReading, offset),
  }
  return slice
}

function openSlice(open: () => Promise<OpenSource>, offset: number): () => Promise<OpenSource> {
  return async () => {
    const opened = await open()
    return { ...opened, readInto: (into, from) => opened.readInto(into, offset + from) }
  }
}
