import { throwIfAborted } from '@kairos-sdk/core'
import { type ByteSource, checkRange, type ReadOptions } from './byte-source.js'

/** Large enough to cost little per chunk, small enough that an abort is noticed soon. */
const CHUNK_BYTES = 1024 * 1024

/**
 * Bytes in memory, or text as UTF-8, as a source. The bytes are not copied: do not change them afterwards.
 */
export function memorySource(name: string, content: Uint8Array | string): ByteSource {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const source = {
    name,
    size: bytes.length,
    read(offset: number, length: number, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
      checkRange(source, offset, length)
      return chunks(bytes.subarray(offset, offset + length), name, options)
    },
  }
  return source
}

async function* chunks(bytes: Uint8Array, name: string, { signal }: ReadOptions): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    throwIfAborted(signal, `Cannot read ${name}`)
    yield bytes.subarray(at, at + CHUNK_BYTES)
  }
}
