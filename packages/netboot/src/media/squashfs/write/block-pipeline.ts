import type { Compressor } from '../compression/compressor.js'
import { encodeBlockWord } from '../structures/block-word.js'
import type { SquashfsSink } from './sink.js'

export interface BlockPipelineInit {
  readonly compressor: Compressor
  readonly sink: SquashfsSink
  /** Where the first block goes. */
  readonly position: number
  /** Blocks that are compressed or wait to be written at most. */
  readonly inFlight: number
}

export interface StoredBlock {
  readonly start: number
  /** As of `encodeBlockWord`. */
  readonly word: number
  readonly bytes: Uint8Array
}

/**
 * Compresses blocks side by side and writes them in the order in which they came. What is to be done with a stored block
 * is done in that order too, so that an image does not depend on which thread was faster.
 */
export class BlockPipeline {
  readonly #compressor: Compressor
  readonly #sink: SquashfsSink
  readonly #limit: number
  #position: number
  #inFlight = 0
  #failure: { readonly error: unknown } | undefined
  #written: Promise<void> = Promise.resolve()
  #wake: (() => void) | undefined

  constructor(init: BlockPipelineInit) {
    this.#compressor = init.compressor
    this.#sink = init.sink
    this.#position = init.position
    this.#limit = init.inFlight
  }

  /** Where the next block goes. Only true in an action of {@link afterwards}, or after {@link finish}. */
  get position(): number {
    return this.#position
  }

  /**
   * Compresses a block; waits while too many are under way. The bytes are the pipeline's until `stored` is called.
   *
   * @throws what compressing or writing an earlier block threw
   */
  async submit(bytes: Uint8Array, stored: (block: StoredBlock) => void): Promise<void> {
    while (this.#inFlight >= this.#limit) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#throwFailure()
    this.#inFlight++
    const compressing = this.#compressor.compress(bytes)
    // Awaited in its turn, which may be after it failed.
    compressing.catch(() => {})
    this.#append(async () => {
      const compressed = await compressing
      const smaller = compressed.length < bytes.length
      const chosen = smaller ? compressed : bytes
      const start = this.#position
      await this.#sink.write(chosen, start)
      this.#position += chosen.length
      stored({ start, word: encodeBlockWord({ size: chosen.length, compressed: smaller }), bytes: chosen })
    }, true)
  }

  /** Does something when all blocks of before are stored and none of later. */
  afterwards(action: () => void): void {
    this.#append(async () => action(), false)
  }

  /** Goes back, from an action of {@link afterwards}: what was written from here on is dropped. */
  rewind(position: number): void {
    this.#position = position
  }

  /** Waits until nothing is under way any more, whether it was written or failed. */
  async settled(): Promise<void> {
    await this.#written
  }

  /**
   * Waits until everything is written.
   *
   * @throws what compressing or writing threw
   */
  async finish(): Promise<void> {
    await this.settled()
    this.#throwFailure()
  }

  #append(step: () => Promise<void>, counts: boolean): void {
    this.#written = this.#written
      .then(async () => {
        if (!this.#failure) await step()
      })
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .then(() => {
        if (counts) this.#inFlight--
        this.#wake?.()
      })
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error
  }
}
