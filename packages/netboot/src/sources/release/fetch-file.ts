import { KairosError, type OperationOptions, redactUrl } from '@kairos-sdk/core'
import { readFully } from '../../bytes/byte-source.js'
import type { Cache, CachedFile } from '../cache/index.js'
import { statusOf, type TransferOptions, type TransferProgress } from '../transfer/index.js'
import { parseChecksum } from './checksum.js'
import type { ReleaseFile } from './release-files.js'

/** A line for a file. */
const MAX_CHECKSUM_BYTES = 64 * 1024

export interface ReleaseOptions
  extends OperationOptions<TransferProgress>,
    Omit<TransferOptions, 'signal' | 'onProgress'> {
  /** Where files are kept, and taken from when they are there already. */
  readonly cache: Cache
}

/** A file of a release, in the cache. */
export interface FetchedFile extends CachedFile {
  readonly file: ReleaseFile
  /** False when no checksum is published for it. */
  readonly verified: boolean
  /** What a person should know about it, as sentences. */
  readonly warnings: readonly string[]
}

/**
 * Fetches one file with its published checksum.
 *
 * @throws KairosError those of `Cache.download`; `input/malformed` for a checksum file without a checksum
 */
export async function fetchReleaseFile(file: ReleaseFile, options: ReleaseOptions): Promise<FetchedFile> {
  const { cache, ...transfer } = options
  const known = await cache.recall(file.url)
  // With a copy of the file at hand, nobody wants to wait long for a server that cannot be reached.
  const patience = known ? { ...transfer, retries: Math.min(1, options.retries ?? 1) } : transfer
  const published = await publishedChecksum(file, cache, patience)
  const sha256 = published?.sha256
  const fetched = await cache.download({ url: file.url, sha256, size: sizeOf(known, sha256) }, transfer)
  const offline = fetched.origin === 'offline' || (published?.offline === true && fetched.origin === 'cached')
  const warnings = [
    ...(sha256 === undefined && fetched.origin !== 'offline'
      ? [`${file.name}: no checksum is published for it, so that nothing shows whether it is right.`]
      : []),
    ...(offline ? [`${file.name}: the server cannot be reached, the copy of an earlier download is used.`] : []),
  ]
  const origin = offline ? 'offline' : fetched.origin
  return { ...fetched, origin, file, verified: sha256 !== undefined, warnings }
}

/** The size that the cache knows is of the content that is expected, or else unknown. */
function sizeOf(known: { readonly sha256: string; readonly size: number } | undefined, sha256: string | undefined) {
  return known && known.sha256 === sha256 ? known.size : undefined
}

async function publishedChecksum(
  file: ReleaseFile,
  cache: Cache,
  options: TransferOptions,
): Promise<{ sha256: string | undefined; offline: boolean }> {
  try {
    const request = { url: file.checksumUrl, maxBytes: MAX_CHECKSUM_BYTES }
    const { source, origin } = await cache.download(request, options)
    const text = new TextDecoder().decode(await readFully(source, 0, source.size, { signal: options.signal }))
    return { sha256: parseChecksum(text, file.name, redactUrl(file.checksumUrl)), offline: origin === 'offline' }
  } catch (error) {
    const absent = [404, 410].includes(statusOf(error) ?? 0)
    // The file itself may be in the cache, from a time when no checksum was published.
    const offline = KairosError.is(error, 'input/unreachable') && (await cache.recall(file.url)) !== undefined
    if (absent || offline) return { sha256: undefined, offline }
    throw error
  }
}
