import { throwIfAborted } from '@kairos-sdk/core'
import { damaged } from './errors.js'

/** Reads a stream of chunks by length. Chunks are handed on as views; only what lies across two of them is copied. */
export class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #name: string
  readonly #signal: AbortSignal | undefined
  #current: Uint8Array = new Uint8Array(0)
  #offset = 0

  constructor(chunks: AsyncIterable<Uint8Array>, name: string, signal: AbortSignal | undefined) {
    this.#chunks = chunks[Symbol.asyncIterator]()
    this.#name = name
    this.#signal = signal
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset
  }

  /** The next bytes without an await, when they lie in the chunk at hand. */
  takeNow(length: number): Uint8Array | undefined {
    if (length > this.#current.length) return undefined
    const taken = this.#current.subarray(0, length)
    this.#current = this.#current.subarray(length)
    this.#offset += length
    return taken
  }

  /** The next bytes; fewer, or none, at the end. */
  async take(length: number): Promise<Uint8Array> {
    await this.#fill(length)
    return this.takeNow(Math.min(length, this.#current.length)) as Uint8Array
  }

  /** The next bytes, which stay to be read. */
  async peek(length: number): Promise<Uint8Array> {
    await this.#fill(length)
    return this.#current.subarray(0, length)
  }

  /**
   * The next bytes.
   *
   * @throws KairosError `tar/damaged` when there are fewer
   */
  async expect(length: number, what: string): Promise<Uint8Array> {
    const taken = this.takeNow(length) ?? (await this.take(length))
    if (taken.length < length) throw this.#cutOff(what)
    return taken
  }

  /**
   * Some of the next bytes, as many as are at hand.
   *
   * @throws KairosError `tar/damaged` when there are none
   */
  async some(length: number, what: string): Promise<Uint8Array> {
    while (this.#current.length === 0) if (!(await this.#next())) throw this.#cutOff(what)
    return this.takeNow(Math.min(length, this.#current.length)) as Uint8Array
  }

  async skip(length: number, what: string): Promise<void> {
    for (let left = length; left > 0; ) left -= (await this.some(left, what)).length
  }

  /** Reads what is left and drops it. */
  async drain(): Promise<void> {
    do this.#offset += this.#current.length
    while (await this.#next())
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  #cutOff(what: string) {
    return damaged(this.#name, this.#offset + this.#current.length, `${what} expected, the end of the archive found`)
  }

  async #fill(length: number): Promise<void> {
    if (length <= this.#current.length) return
    const parts = this.#current.length > 0 ? [this.#current] : []
    let size = this.#current.length
    while (size < length && (await this.#next())) {
      parts.push(this.#current)
      size += this.#current.length
    }
    this.#current = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
  }

  /** Goes to the next chunk; false, with an empty one, when there is none. */
  async #next(): Promise<boolean> {
    throwIfAborted(this.#signal, `Cannot read ${this.#name}`)
    const { value, done } = await this.#chunks.next()
    this.#current = done ? new Uint8Array(0) : value
    return !done
  }
}
