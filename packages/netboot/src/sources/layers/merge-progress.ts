import { type OperationOptions, type ProgressEvent, throwIfAborted } from '@kairos-sdk/core'

/** Reports a step when this many more bytes were read. */
const REPORT_BYTES = 4 * 1024 * 1024

/** `done` counts bytes of tar archives, decompressed, over all layers. */
export type MergeProgress = ProgressEvent<'layers'>

/** Counts what is read of layers, and tells of it. */
export class LayerProgress {
  readonly #layers: number
  readonly #options: OperationOptions<MergeProgress>
  readonly #doing: string
  #done = 0
  #reported = -REPORT_BYTES

  /** @param doing - what is done with the layers, to begin messages with: `Reading` */
  constructor(layers: number, doing: string, options: OperationOptions<MergeProgress>) {
    this.#layers = layers
    this.#doing = doing
    this.#options = options
  }

  async *count(bytes: AsyncIterable<Uint8Array>, subject: string, index: number): AsyncGenerator<Uint8Array> {
    const message = `${this.#doing} layer ${index + 1} of ${this.#layers}`
    for await (const chunk of bytes) {
      throwIfAborted(this.#options.signal, `Cannot read ${subject}`)
      this.#done += chunk.length
      if (this.#done - this.#reported >= REPORT_BYTES) {
        this.#reported = this.#done
        this.#options.onProgress?.({ phase: 'layers', message, done: this.#done, unit: 'bytes', subject })
      }
      yield chunk
    }
  }
}
