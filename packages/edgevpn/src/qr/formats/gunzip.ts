import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { KairosError, translateError } from '@kairos-sdk/core'

/** Large pieces: a screen of 4K pixels is 25 MB, which in the default pieces of 16 KiB would be 1,500 events. */
const CHUNK_BYTES = 1 << 20

/**
 * Unpacks a gzip file (RFC 1952) and stops where it grows beyond `limit(start)` bytes, so that a file of a few kilobytes
 * that claims to be gigabytes does no harm.
 *
 * @param limit - told the first unpacked bytes (up to a mebibyte), says how many there may be in all
 * @throws KairosError `qr/not-a-picture` for a damaged file, `input/too-large`
 */
export async function gunzip(
  packed: Uint8Array,
  limit: (start: Uint8Array) => number,
  name: string,
): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let total = 0
  let most = Number.POSITIVE_INFINITY
  const unpacked = Readable.from([packed]).pipe(createGunzip({ chunkSize: CHUNK_BYTES }))
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      if (total === 0) most = limit(chunk)
      total += chunk.length
      if (total > most) {
        throw new KairosError(
          'input/too-large',
          `${name} unpacks to more than ${most} bytes, too much for a picture.`,
          {
            hint: 'Pass the screenshot as a PNG file.',
          },
        )
      }
      chunks.push(chunk)
    }
  } catch (error) {
    const { message, hint, code } = translateError(error, `Cannot unpack ${name}`, 'qr/not-a-picture')
    throw new KairosError(code, message, { hint: hint ?? 'Make or download the file again.', cause: error })
  } finally {
    unpacked.destroy()
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, total)
}
