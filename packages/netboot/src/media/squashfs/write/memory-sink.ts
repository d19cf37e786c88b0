import type { SquashfsSink } from './sink.js'

/** An image in memory; it grows by doubling, so for small ones. */
export interface MemorySink extends SquashfsSink {
  /** What was written; a view that later writes may change. */
  readonly bytes: Uint8Array
}

export function memorySink(): MemorySink {
  let buffer = new Uint8Array(64 * 1024)
  let size = 0
  return {
    get bytes() {
      return buffer.subarray(0, size)
    },
    async write(bytes, position) {
      const end = position + bytes.length
      if (end > buffer.length) {
        const larger = new Uint8Array(Math.max(end, buffer.length * 2))
        larger.set(buffer)
        buffer = larger
      }
      buffer.set(bytes, position)
      size = Math.max(size, end)
    },
    async truncate(length) {
      buffer.fill(0, length, size)
      size = Math.min(size, length)
    },
  }
}
