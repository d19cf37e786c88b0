/** Bytes that wait for their reader before the connection is told to rest. */
const MAX_WAITING_BYTES = 512 * 1024

/** What a body holds its connection by. */
export interface BodyConnection {
  pause(): void
  resume(): void
  /** Closes it. */
  abort(reason: Error): void
}

/**
 * The bytes of an answer, as they come; a slow reader slows the server. What came before a connection broke is given
 * before the error: with a server that cuts every connection, a download would come no further otherwise.
 */
export class HttpBody implements AsyncIterable<Uint8Array, void> {
  readonly #connection: BodyConnection
  readonly #stalledAfterMs: number
  readonly #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #paused = false
  /** Nothing more comes. */
  #ended = false
  #error: unknown
  /** A body that nobody wants: up to so many bytes are still taken, for the sake of the connection. */
  #discardable: number | undefined
  #wake: (() => void) | undefined

  constructor(connection: BodyConnection, stalledAfterMs: number) {
    this.#connection = connection
    this.#stalledAfterMs = stalledAfterMs
  }

  /** The connection brought something. */
  push(chunk: Uint8Array): void {
    if (this.#discardable !== undefined) {
      this.#discardable -= chunk.length
      if (this.#discardable < 0) this.#connection.abort(new Error('not wanted'))
      return
    }
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes >= MAX_WAITING_BYTES && !this.#paused) {
      this.#paused = true
      this.#connection.pause()
    }
    this.#wake?.()
  }

  /** Nothing more comes; with an error, when it is not all. */
  end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    this.#wake?.()
  }

  /** A short rest is awaited, so that the connection can be used again. */
  discard(maxBytes: number): void {
    if (this.#ended || this.#discardable !== undefined) return
    this.#discardable = maxBytes
    if (this.#waitingBytes > maxBytes) this.#connection.abort(new Error('not wanted'))
    this.#waiting.length = 0
    this.#goOn()
    // Nobody waits any more for a server that stays silent.
    const stalled = setTimeout(() => {
      if (!this.#ended) this.#connection.abort(new Error('not wanted'))
    }, this.#stalledAfterMs)
    stalled.unref()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    let awaiting = false
    const stalled = setTimeout(() => {
      // The clock counts only while we wait: a slow consumer is not a stalled server.
      if (awaiting) this.#connection.abort(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }))
    }, this.#stalledAfterMs)
    try {
      for (;;) {
        const chunk = this.#waiting.shift()
        if (chunk) {
          this.#waitingBytes -= chunk.length
          yield chunk
          continue
        }
        if (this.#ended) break
        // Brings what the connection holds back, at once: then there is nothing to wait for.
        if (this.#goOn()) continue
        awaiting = true
        stalled.refresh()
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        awaiting = false
      }
      if (this.#error !== undefined) throw this.#error
    } finally {
      clearTimeout(stalled)
      this.#wake = undefined
      if (!this.#ended) this.#connection.abort(new Error('not wanted'))
    }
  }

  /** @returns false when it was not paused */
  #goOn(): boolean {
    if (!this.#paused) return false
    this.#paused = false
    this.#connection.resume()
    return true
  }
}
