import { randomUUID } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { KairosError, type OperationOptions, throwIfAborted, translateError } from '@kairos-sdk/core'
import { type FileSource, fileSource } from '../../bytes/file-source.js'
import { hashSource } from '../../bytes/hash-source.js'
import { acquireFileLock } from '../../output/file-lock.js'
import { makePrivateDirectory } from '../../output/private-directory.js'
import { syncDirectory } from '../../output/sync-directory.js'
import { syncFile } from '../transfer/index.js'
import type { Cache } from './cache.js'
import { checkedBlobs } from './checked-blobs.js'
import { type CachePlaces, downloadToCache } from './download-to-cache.js'
import { fileMark } from './file-mark.js'
import { recallUrl } from './url-index.js'

/**
 * Opens the cache of a state directory, which is made when it is absent.
 *
 * @throws KairosError `input/not-permitted` for a cache of another user, `output/*`
 */
export async function openCache(stateDirectory: string): Promise<Cache> {
  const directory = join(stateDirectory, 'cache')
  const blobs = join(directory, 'sha256')
  const incoming = join(directory, 'incoming')
  const urls = join(directory, 'urls')
  const checked = join(directory, 'checked')
  for (const path of [directory, blobs, incoming, urls, checked]) await makePrivateDirectory(path)

  const places: CachePlaces = { incoming, urls, checked: checkedBlobs(checked) }
  const cache: Cache = {
    directory,
    path: (sha256) => join(blobs, checkDigest(sha256)),
    async blob(sha256, size) {
      const source = await openBlob(cache.path(sha256))
      return source && (size === undefined || source.size === size) ? source : undefined
    },
    async intact(sha256, size, { signal, onProgress } = {}) {
      const source = await cache.blob(sha256, size)
      if (!source) return undefined
      const { mark } = await fileMark(source.path)
      if ((await places.checked.recall(sha256)) === mark) return source
      onProgress?.({ phase: 'verifying', message: `Checking ${source.path}`, subject: source.path })
      return (await cache.verify(sha256, { signal })) ? source : undefined
    },
    async verify(sha256, { signal } = {}) {
      const source = await openBlob(cache.path(sha256))
      if (!source) return false
      // Of the file before it is read: what is written to it in the meantime then shows the next time.
      const { mark } = await fileMark(source.path)
      if ((await hashSource(source, 'sha256', { signal })) === sha256.toLowerCase()) {
        if ((await places.checked.recall(sha256)) !== mark) await places.checked.remember(sha256, mark)
        return true
      }
      await rm(source.path, { force: true })
      return false
    },
    fetch: (sha256, produce, options = {}) => produceBlob(cache, incoming, sha256, produce, options),
    download: (request, options = {}) => downloadToCache(cache, places, request, options),
    recall: (url) => recallUrl(urls, url),
  }
  return cache
}

function checkDigest(sha256: string): string {
  if (/^[0-9a-f]{64}$/i.test(sha256)) return sha256.toLowerCase()
  throw new KairosError('argument/invalid', 'A SHA-256 of 64 hexadecimal digits expected, another text found.')
}

async function openBlob(path: string): Promise<FileSource | undefined> {
  try {
    return await fileSource(path)
  } catch (error) {
    if (KairosError.is(error, 'input/not-found')) return undefined
    throw error
  }
}

async function produceBlob(
  cache: Cache,
  incoming: string,
  sha256: string,
  produce: (path: string) => Promise<void>,
  { signal }: OperationOptions,
): Promise<FileSource> {
  const ready = await cache.blob(sha256)
  if (ready) return ready
  const expected = checkDigest(sha256)
  const path = cache.path(expected)
  const doing = `Cannot put ${expected} into the cache`
  const lock = await acquireFileLock(join(incoming, `${expected}.lock`), signal).catch((error: unknown) => {
    throw translateError(error, doing, 'output/not-writable')
  })
  const beside = join(incoming, `${expected}.${randomUUID()}`)
  try {
    const found = await cache.blob(sha256)
    if (found) return found
    await produce(beside)
    throwIfAborted(signal, doing)
    const digest = await hashSource(await fileSource(beside), 'sha256', { signal })
    if (digest !== expected) {
      throw new KairosError('input/changed', `${doing}: this SHA-256 expected, ${digest} found.`)
    }
    await syncFile(beside)
    await rename(beside, path)
    await syncDirectory(dirname(path))
    return await fileSource(path)
  } catch (error) {
    throw translateError(error, doing, 'output/not-writable')
  } finally {
    await rm(beside, { force: true })
    await lock.release()
  }
}
