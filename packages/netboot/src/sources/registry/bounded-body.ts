import { KairosError } from '@kairos-sdk/core'

/**
 * Reads a body into memory, of which no more than a certain size is taken.
 *
 * @throws KairosError `registry/failed` when there is more, and what the body throws
 */
export async function readBounded(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  name: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > maxBytes) {
      throw new KairosError('registry/failed', `${name}: at most ${maxBytes} bytes expected, more found.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
