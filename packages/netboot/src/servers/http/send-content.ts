import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
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

/**
 * Sends a range of a source. Of each client at most one piece of the source is in memory beside what its socket holds: one
 * that does not read slows its own source, and nothing else.
 *
 * @throws KairosError `http/client-gone` when the client closes the connection; what the source throws; `input/changed`
 *   when the source gives another number of bytes than it has. Never ends the answer then: the caller is to cut it off
 */
export async function sendContent({ response, source, range, begin, whyGone, onBytes }: Sending): Promise<void> {
  const gone = new AbortController()
  const onClose = () => gone.abort(new KairosError('http/client-gone', whyGone()))
  response.once('close', onClose)
  if (response.destroyed) onClose()
  const { signal } = gone
  let left = range.length
  try {
    for await (const chunk of source.read(range.offset, range.length, { signal })) {
      signal.throwIfAborted()
      if (left === range.length) begin()
      if (chunk.length > left) throw wrongLength(source)
      left -= chunk.length
      if (!response.write(chunk)) await once(response, 'drain', { signal })
      onBytes(chunk.length)
    }
    if (left > 0) throw wrongLength(source)
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      response.end(() => resolve())
    })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    response.off('close', onClose)
  }
}

function wrongLength({ name, size }: ByteSource): KairosError {
  return new KairosError('input/changed', `${name}: ${size} bytes expected, another number found.`)
}
