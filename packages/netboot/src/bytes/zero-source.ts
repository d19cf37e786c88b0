import { throwIfAborted } from '@kairos-sdk/core'
import { type ByteSource, checkRange, type ReadOptions } from './byte-source.js'

const ZEROS = new Uint8Array(256 * 1024)

/** Zero bytes, as padding. */
export function zeroSource(size: number, name = 'zeros'): ByteSource {
  const source = {
    name,
    size,
    read(offset: number, length: number, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
      checkRange(source, offset, length)
      return chunks(length, options)
    },
  }
  return source
}

async function* chunks(length: number, { signal }: ReadOptions): AsyncGenerator<Uint8Array> {
  for (let left = length; left > 0; left -= ZEROS.length) {
    throwIfAborted(signal, 'Cannot read zeros')
    yield left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS
  }
}
