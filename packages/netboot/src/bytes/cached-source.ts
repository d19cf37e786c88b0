import { throwIfAborted } from '@kairos-sdk/core'
import { type ByteSource, checkRange, type ReadOptions, readFully } from './byte-source.js'

export interface CacheOptions {
  /** Bytes of a block: what is read at once. Default 64 KiB. */
  readonly blockBytes?: number
  /** Blocks that are kept, those used last. Default 64. */
  readonly blocks?: number
}

/**
 * A source that keeps the blocks it read last, for metadata: directories lie close together, and each small read of a
 * remote file would be a request of its own. Not for bulk.
 */
export function cachedSource(source: ByteSource, options: CacheOptions = {}): ByteSource {
  const { blockBytes = 64 * 1024, blocks = 64 } = options
  const cache = new Map<number, Promise<Uint8Array>>()

  const load = (index: number): Promise<Uint8Array> => {
    const found = cache.get(index)
    // Put in again, so that the map's order is that of use.
    if (found) cache.delete(index)
    const start = index * blockBytes
    // Without the reader's signal: others may wait for the same block, and it is a small one.
    const loading = found ?? readFully(source, start, Math.min(blockBytes, source.size - start))
    cache.set(index, loading)
    if (!found) {
      loading.catch(() => {
        if (cache.get(index) === loading) cache.delete(index)
      })
    }
    const [oldest] = cache.keys()
    if (cache.size > blocks && oldest !== undefined) cache.delete(oldest)
    return loading
  }

  async function* chunks(offset: number, length: number, read: ReadOptions): AsyncGenerator<Uint8Array> {
    const end = offset + length
    for (let at = offset; at < end; ) {
      const index = Math.floor(at / blockBytes)
      throwIfAborted(read.signal, `Cannot read ${source.name}`)
      const block = await load(index)
      const start = at - index * blockBytes
      const chunk = block.subarray(start, Math.min(blockBytes, start + end - at))
      at += chunk.length
      yield chunk
    }
  }

  const cached = {
    name: source.name,
    size: source.size,
    read(offset: number, length: number, read: ReadOptions = {}): AsyncIterable<Uint8Array> {
      checkRange(cached, offset, length)
      return chunks(offset, length, read)
    },
  }
  return cached
}
