import type { Readable } from 'node:stream'

/** The bytes of an answer, as they come. */
export type HttpBody = AsyncIterable<Uint8Array, void>

/**
 * The body of an answer. A server that stays silent for too long while it is awaited ends it with an error.
 *
 * @param ended - called when nothing more is read
 */
export function httpBody(stream: Readable, stalledAfterMs: number, ended: () => void): HttpBody {
  // The body may break before somebody reads it, and an error without a listener ends the program.
  stream.on('error', ended)
  return { [Symbol.asyncIterator]: () => chunksOf(stream, stalledAfterMs, ended) }
}

async function* chunksOf(
  stream: Readable,
  stalledAfterMs: number,
  ended: () => void,
): AsyncGenerator<Uint8Array, void> {
  const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]()
  let waiting = false
  const stalled = setTimeout(() => {
    // The clock counts only while we wait: a slow consumer is not a stalled server.
    if (waiting) stream.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }))
  }, stalledAfterMs)
  try {
    for (;;) {
      waiting = true
      stalled.refresh()
      const { value, done } = await chunks.next()
      waiting = false
      if (done) return
      yield value
    }
  } finally {
    clearTimeout(stalled)
    ended()
    stream.destroy()
  }
}
