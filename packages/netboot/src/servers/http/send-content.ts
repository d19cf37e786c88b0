import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { KairosError } from '@kairos-sdk/core'
import type { ByteSource, OpenSource } from '../../bytes/byte-source.js'
import type { ByteRange } from './range.js'

/** A transfer that is under way. */
export interface Sending {
  readonly response: ServerResponse
  readonly source: ByteSource
  readonly range: ByteRange
  /** Called once, when the first bytes are there: until then the answer can still be an error. */
  readonly begin: () => void
  /** Told when the connection ends too early. */
  readonly whyGone: () => string
  /** Called with the number of bytes of each piece that was handed over. */
  readonly onBytes: (count: number) => void
}

/** Half of it costs a tenth of the rate with many clients; twice as much, 16 MiB of memory with 32 of them. */
const PIECE_BYTES = 512 * 1024
/** As many as are kept when nobody needs them. */
const MAX_IDLE_BUFFERS = 32

/** Buffers for further clients. As garbage they would be many before they are collected, as they are outside of the heap. */
const idleBuffers: Buffer[] = []

/**
 * Sends a range of a source. Of each client one piece of the source is in memory beside what the system holds: a client that
 * does not read slows its own source, and nothing else.
 *
 * @throws KairosError `http/client-gone` when the client closes the connection; what the source throws; `input/changed`
 *   when the source gives another number of bytes than it has. Never ends the answer then: the caller is to cut it off
 */
export async function sendContent(sending: Sending): Promise<void> {
  const { response, source, whyGone } = sending
  const gone = new AbortController()
  const { signal } = gone
  const onClose = () => gone.abort(new KairosError('http/client-gone', whyGone()))
  response.once('close', onClose)
  if (response.destroyed) onClose()
  try {
    if (source.openForReading) await sendPieces(await source.openForReading(), sending, signal)
    else await sendChunks(sending, signal)
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    response.off('close', onClose)
  }
}

/** Through one buffer: filling the next while one is sent made nothing faster, as other clients use the time. */
async function sendPieces(source: OpenSource, sending: Sending, signal: AbortSignal): Promise<void> {
  const { response, range, begin, onBytes } = sending
  const end = range.offset + range.length
  const buffer = idleBuffers.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES)
  try {
    for (let at = range.offset; at < end; ) {
      const piece = buffer.subarray(0, Math.min(buffer.length, end - at))
      await source.readInto(piece, at)
      // Who changed the file since gave us a mixture; without its end nobody takes that for a whole one.
      if (at + piece.length === end) await source.verify()
      if (at === range.offset) begin()
      at += piece.length
      // The end goes with the last piece: who has all of it closes the connection, and must not be told for one that left.
      await whenSent((done) => (at === end ? response.end(piece, done) : response.write(piece, done)), signal)
      onBytes(piece.length)
    }
  } finally {
    // Nothing refers to it any more, even when the client went away: 'close' comes after the socket let go of its writes.
    if (idleBuffers.length < MAX_IDLE_BUFFERS) idleBuffers.push(buffer)
    // Not waited for: this file is to be told of before the next one, which its client may ask for already.
    source.close().catch(() => undefined)
  }
}

async function sendChunks(sending: Sending, signal: AbortSignal): Promise<void> {
  const { response, source, range, begin, onBytes } = sending
  let left = range.length
  for await (const chunk of source.read(range.offset, range.length, { signal })) {
    signal.throwIfAborted()
    if (left === range.length) begin()
    if (chunk.length > left) throw wrongLength(source)
    left -= chunk.length
    // Not behind the last one, for the same reason.
    if (!response.write(chunk) && left > 0) await once(response, 'drain', { signal })
    onBytes(chunk.length)
  }
  if (left > 0) throw wrongLength(source)
  await whenSent((done) => response.end(done), signal)
}

/** Waits until the system has taken what is written, or the client is gone. */
function whenSent(write: (done: () => void) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    write(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
  })
}

function wrongLength({ name, size }: ByteSource): KairosError {
  return new KairosError('input/changed', `${name}: ${size} bytes expected, another number found.`)
}
