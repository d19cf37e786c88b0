import { join } from 'node:path'
import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import { type FileSource, fileSource } from '../../bytes/file-source.js'
import { defaultHttpClient } from '../../bytes/http-client.js'
import { digestOfUrl, type TransferOptions, type TransferRequest, transferTo } from '../transfer/index.js'
import type { Cache, CachedFile, CachedUrl } from './cache.js'
import type { CheckedBlobs } from './checked-blobs.js'
import { fileMark } from './file-mark.js'
import { recallUrl, rememberUrl } from './url-index.js'

/** How often a server is asked again for something that is in the cache already: soon it counts as out of reach. */
const RETRIES_WITH_COPY = 1

export interface CachePlaces {
  readonly incoming: string
  readonly urls: string
  readonly checked: CheckedBlobs
}

/** See `Cache.download`. */
export async function downloadToCache(
  cache: Cache,
  places: CachePlaces,
  request: TransferRequest,
  options: TransferOptions,
): Promise<CachedFile> {
  const { incoming, urls, checked } = places
  const { url, sha256, size } = request
  if (sha256 !== undefined) {
    const source = await cache.intact(sha256, size, options)
    if (source) return { source, sha256: sha256.toLowerCase(), origin: 'cached' }
  }
  const known = sha256 === undefined ? await recallUrl(urls, url) : undefined
  const copy = known && (await cache.intact(known.sha256, known.size, options))
  if (known && copy && (await isNewest(request, known, options))) {
    return { source: copy, sha256: known.sha256, origin: 'cached' }
  }
  // By content where it is known, so that mirrors share one; else by URL.
  const partialPath = join(incoming, `${sha256?.toLowerCase() ?? digestOfUrl(url)}.partial`)
  const attempt = copy ? { ...options, retries: RETRIES_WITH_COPY } : options
  try {
    const found = await transferTo(request, { partialPath, pathOf: cache.path }, attempt)
    const path = cache.path(found.sha256)
    await checked.remember(found.sha256, (await fileMark(path)).mark)
    await rememberUrl(urls, url, { etag: undefined, lastModified: undefined, ...found })
    return { source: await fileSource(path), sha256: found.sha256, origin: 'downloaded' }
  } catch (error) {
    if (!known || !copy || !KairosError.is(error, 'input/unreachable')) throw error
    return offline(copy, known)
  }
}

function offline(source: FileSource, { sha256 }: CachedUrl): CachedFile {
  return { source, sha256, origin: 'offline' }
}

/** Asks whether the version that we have is still the newest (RFC 9110 section 13). When in doubt it is not. */
async function isNewest(request: TransferRequest, known: CachedUrl, options: TransferOptions): Promise<boolean> {
  const { http = defaultHttpClient(), signal, stalledAfterMs } = options
  const { url, headers, authorize } = request
  const rangeHeaders: Record<string, string> = {}
  if (known.etag !== undefined) rangeHeaders['if-none-match'] = known.etag
  else if (known.lastModified !== undefined) rangeHeaders['if-modified-since'] = known.lastModified
  else return false
  const ask = async (own: Readonly<Record<string, string>> | undefined) => {
    const response = await http.request({ url, headers: own, rangeHeaders, stalledAfterMs, signal })
    response.discard()
    return response
  }
  try {
    const answer = await ask(headers)
    if (answer.status !== 401 || answer.url.origin !== new URL(url).origin) return answer.status === 304
    const own = await authorize?.(answer.headers['www-authenticate'])
    return own !== undefined && (await ask({ ...headers, ...own })).status === 304
  } catch (error) {
    throwIfAborted(signal, 'Cannot ask for a newer version')
    // The download that follows finds out what is wrong, and tries again.
    if (KairosError.is(translateError(error, '', 'input/unreachable'), 'input/unreachable')) return false
    throw error
  }
}
