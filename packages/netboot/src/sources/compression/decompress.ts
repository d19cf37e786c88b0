import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../bytes/byte-source.js'
import { type Compression, detectCompression, MAGIC_SIZE, unsupportedCompression } from './detect.js'
import { damaged } from './errors.js'
import { inflateStream } from './inflate-stream.js'
import { zstdFrames } from './zstd-frames.js'

/** Bytes of a chunk of output. Node's 16 KiB cost a trip to the thread pool each. */
const CHUNK_BYTES = 256 * 1024

/** Windows up to 128 MiB, as the zstd program takes without being asked. */
const WINDOW_LOG_MAX = 27

export interface DecompressOptions extends ReadOptions {
  /** What is read, to begin error messages with. */
  readonly name: string
  /** Refuse anything but this. Default: whatever the first bytes tell. */
  readonly expected?: Compression | undefined
}

/**
 * Decompresses a stream: gzip (RFC 1952) with any number of members, zstd (RFC 8878) with any number of frames, and
 * anything else as it is. Which it is, its first bytes tell. Nothing is read ahead of the consumer by more than some
 * chunks; chunks that are not compressed are not copied.
 *
 * @throws KairosError while reading: `compression/damaged` for data that is cut off, damaged, followed by something
 *   else (zeros behind gzip are padding), or not of the compression that was expected; `compression/unsupported` for
 *   xz, bzip2, lz4, lzip and compress; `aborted`; and what `bytes` throws
 */
export async function* decompress(
  bytes: AsyncIterable<Uint8Array>,
  options: DecompressOptions,
): AsyncGenerator<Uint8Array> {
  const { name, expected, signal } = options
  const doing = `Cannot decompress ${name}`
  throwIfAborted(signal, doing)
  const iterator = bytes[Symbol.asyncIterator]()
  const start = await readStart(iterator)
  const chunks = continued(start, iterator, signal, doing)
  try {
    const compression = compressionOf(start, name, expected)
    if (compression === 'none') yield* chunks
    else if (compression === 'gzip') yield* gunzip(chunks, name)
    else yield* unzstd(chunks, name)
  } finally {
    await chunks.return(undefined)
    // Where the loop over the chunks never began.
    await iterator.return?.()
  }
}

function compressionOf(start: Uint8Array, name: string, expected: Compression | undefined): Compression {
  const found = detectCompression(start)
  const unsupported = found === 'none' ? unsupportedCompression(start) : undefined
  if (unsupported !== undefined) {
    throw new KairosError(
      'compression/unsupported',
      `${name}: gzip, zstd or no compression expected, ${unsupported} found.`,
      { hint: `Decompress it with ${unsupported} first, or compress it with zstd.` },
    )
  }
  if (expected !== undefined && found !== expected) {
    const inWords = (compression: Compression) => (compression === 'none' ? 'no compression' : compression)
    throw damaged(name, `${inWords(expected)} expected, ${inWords(found)} found`)
  }
  return found
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const engine = createGunzip({ chunkSize: CHUNK_BYTES })
  const onLeftOver = (bytes: Uint8Array) => {
    if (bytes.some((byte) => byte !== 0))
      throw damaged(name, 'the end of gzip data expected, something behind it found')
  }
  try {
    yield* inflateStream(chunks, engine, onLeftOver)
  } catch (error) {
    throw zlibError(error, name, 'gzip')
  }
}

async function* unzstd(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const params = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX }
  const engine = createZstdDecompress({ chunkSize: CHUNK_BYTES, params })
  const onLeftOver = () => {
    throw damaged(name, 'a whole zstd frame expected, one that ends early found')
  }
  try {
    yield* inflateStream(zstdFrames(chunks, name), engine, onLeftOver)
  } catch (error) {
    throw zlibError(error, name, 'zstd')
  }
}

function zlibError(error: unknown, name: string, compression: string): KairosError {
  if (KairosError.is(error)) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^(Z_|ZSTD_)/.test(code) && error instanceof Error) {
    const found = code === 'Z_BUF_ERROR' ? 'the end of the input' : `damage (${error.message})`
    return damaged(name, `${compression} data expected, ${found} found`, error)
  }
  return translateError(error, `Cannot decompress ${name}`, 'input/unreadable')
}

/** The first chunks as one that is long enough to tell the compression, or all there is. */
async function readStart(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array(0)
  while (start.length < MAGIC_SIZE) {
    const { value, done } = await iterator.next()
    if (done) break
    start = start.length === 0 ? value : Buffer.concat([start, value])
  }
  return start
}

async function* continued(
  start: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
  doing: string,
): AsyncGenerator<Uint8Array> {
  if (start.length > 0) yield start
  for await (const chunk of { [Symbol.asyncIterator]: () => iterator }) {
    throwIfAborted(signal, doing)
    yield chunk
  }
}
