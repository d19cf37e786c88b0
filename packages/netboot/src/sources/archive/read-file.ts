import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, type ReadOptions, readFully } from '../../bytes/index.js'

/**
 * A small file, whole.
 *
 * @throws KairosError `image/malformed` when it is larger than `maxBytes`; `input/*`
 */
export async function readSmallFile(
  source: ByteSource,
  maxBytes: number,
  name: string,
  options: ReadOptions,
): Promise<Uint8Array> {
  if (source.size > maxBytes) {
    throw new KairosError('image/malformed', `${name}: at most ${maxBytes} bytes expected, ${source.size} found.`)
  }
  return readFully(source, 0, source.size, options)
}
