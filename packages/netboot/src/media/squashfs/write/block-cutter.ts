import type { ContentPiece } from '../../../file-system/content-pieces.js'
import type { BufferPool } from './buffer-pool.js'

/** Where the blocks of a file go. */
export interface BlockReceiver {
  /** A full block, not all zeros. The buffer is the receiver's, to give it back to the pool. */
  data(block: Uint8Array): Promise<void>
  /** Full blocks that are all zeros. */
  zeros(count: number): void
}

/**
 * Cuts the content of one file after another into blocks.
 */
export class BlockCutter {
  readonly #pool: BufferPool
  readonly #zeros: Uint8Array
  #buffer: Uint8Array
  #filled = 0

  constructor(pool: BufferPool) {
    this.#pool = pool
    this.#zeros = Buffer.alloc(pool.size)
    this.#buffer = pool.take()
  }

  /** @returns the end of the file that fills no block; valid until the next call */
  async cut(pieces: AsyncIterable<ContentPiece>, receiver: BlockReceiver): Promise<Uint8Array> {
    this.#filled = 0
    for await (const piece of pieces) {
      if (typeof piece === 'number') await this.#skip(piece, receiver)
      else await this.#copy(piece, receiver)
    }
    return this.#buffer.subarray(0, this.#filled)
  }

  /** True for bytes that are all zeros, at most a block. */
  isZeros(bytes: Uint8Array): boolean {
    return Buffer.compare(bytes, this.#zeros.subarray(0, bytes.length)) === 0
  }

  async #copy(piece: Uint8Array, receiver: BlockReceiver): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + this.#pool.size - this.#filled)
      this.#buffer.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      await this.#passOn(receiver)
    }
  }

  async #skip(length: number, receiver: BlockReceiver): Promise<void> {
    let left = length
    if (this.#filled > 0) {
      const part = Math.min(left, this.#pool.size - this.#filled)
      this.#fill(part)
      left -= part
      await this.#passOn(receiver)
    }
    // A hole of terabytes costs no more than one of kilobytes.
    const whole = Math.floor(left / this.#pool.size)
    if (whole > 0) receiver.zeros(whole)
    this.#fill(left % this.#pool.size)
  }

  #fill(length: number): void {
    this.#buffer.fill(0, this.#filled, this.#filled + length)
    this.#filled += length
  }

  async #passOn(receiver: BlockReceiver): Promise<void> {
    if (this.#filled < this.#pool.size) return
    this.#filled = 0
    if (this.isZeros(this.#buffer)) {
      receiver.zeros(1)
      return
    }
    const block = this.#buffer
    this.#buffer = this.#pool.take()
    await receiver.data(block)
  }
}
