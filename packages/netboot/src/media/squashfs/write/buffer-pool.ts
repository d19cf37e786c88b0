/**
 * Block buffers that are used again: a gigabyte of fresh ones would pass through the garbage collector, which is slow to
 * notice memory outside of its heap.
 */
export class BufferPool {
  readonly #free: Uint8Array[] = []

  constructor(readonly size: number) {}

  /** A buffer with any content. */
  take(): Uint8Array {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.size)
  }

  give(buffer: Uint8Array): void {
    this.#free.push(buffer)
  }
}
