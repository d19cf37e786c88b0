import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KairosError, redactUrl, throwIfAborted, translateError } from '@kairos-sdk/core'
import { fileSource } from '../../bytes/file-source.js'
import { hashSource } from '../../bytes/hash-source.js'
import { acquireFileLock, type FileLock } from '../../output/file-lock.js'
import { makeDirectory } from '../../output/make-directory.js'
import { syncDirectory } from '../../output/sync-directory.js'
import { Download } from './download.js'
import { PartialFile } from './partial-file.js'
import { removeResumeRecord } from './resume-record.js'
import type { TransferOptions, TransferRequest, TransferResult } from './transfer.js'

/**
 * Downloads one file over HTTP or HTTPS.
 *
 * `path` appears when everything is there, is what `sha256` and `size` promise and is safe on the disk. Until then the
 * bytes are in `PATH.partial`, beside `PATH.partial.json` with what they are the beginning of; both stay when the
 * download breaks off or is cancelled, and the next one goes on behind them: when the server has the same version still
 * (strong ETag or date, by If-Range), or when the checksum is known. A wrong checksum removes them. While one process
 * downloads to a path (`PATH.partial.lock`), others wait for it. A file that is at `path` already is taken when it has
 * the SHA-256 that is expected, and replaced otherwise.
 *
 * Lost connections and statuses 408, 425, 429 and 5xx are tried again after a growing pause, or the one that the server
 * asks for.
 *
 * @throws KairosError `argument/invalid` for what is no http URL or no SHA-256, `input/http` when the server has no such
 *   file, `input/unreachable`, `input/changed` for another size or checksum and for a file that keeps changing,
 *   `output/*`, `aborted`
 */
export async function transferToFile(
  request: TransferRequest,
  path: string,
  options: TransferOptions = {},
): Promise<TransferResult> {
  return await transferTo(request, { partialPath: `${path}.partial`, pathOf: () => path }, options)
}

/** Where a download goes. */
export interface TransferPlace {
  readonly partialPath: string
  /** Where it is put when it is complete, by its SHA-256. */
  readonly pathOf: (sha256: string) => string
}

/** {@link transferToFile} to a path that depends on the content. */
export async function transferTo(
  request: TransferRequest,
  place: TransferPlace,
  options: TransferOptions,
): Promise<TransferResult> {
  const name = checkRequest(request)
  const { signal, onProgress } = options
  const { partialPath } = place
  const doing = `Cannot download ${name}`
  throwIfAborted(signal, doing)
  let lock: FileLock | undefined
  let file: PartialFile | undefined
  try {
    await makeDirectory(dirname(partialPath))
    const onWait = () =>
      onProgress?.({ phase: 'waiting', message: `Another process downloads ${name}: waiting for it`, subject: name })
    lock = await acquireFileLock(`${partialPath}.lock`, signal, onWait)
    const ready = await existing(request, place, options)
    if (ready) return ready
    file = await PartialFile.open(partialPath)
    const recordPath = `${partialPath}.json`
    const download = new Download(request, file, recordPath, options)
    await download.takeUp()
    const result = await download.run()
    throwIfAborted(signal, doing)
    await file.sync()
    const path = place.pathOf(result.sha256)
    if (!(await lock.held())) {
      throw new KairosError('output/not-writable', `${doing}: another process took this one for dead.`, {
        hint: 'Try again.',
      })
    }
    await rename(partialPath, path)
    await removeResumeRecord(recordPath)
    await syncDirectory(dirname(path))
    return result
  } catch (error) {
    throwIfAborted(signal, doing)
    throw translateError(error, doing, 'output/not-writable')
  } finally {
    await file?.settle().catch(() => undefined)
    const empty = file?.length === 0
    await file?.close()
    if (empty) {
      await rm(partialPath, { force: true })
      await removeResumeRecord(`${partialPath}.json`)
    }
    await lock?.release()
  }
}

/** The file that is in its place already, if it is known to be the right one. */
async function existing(
  { sha256, size }: TransferRequest,
  { pathOf }: TransferPlace,
  { signal, onProgress }: TransferOptions,
): Promise<TransferResult | undefined> {
  if (sha256 === undefined) return undefined
  const expected = sha256.toLowerCase()
  const source = await fileSource(pathOf(expected)).catch(() => undefined)
  if (!source || (size !== undefined && source.size !== size)) return undefined
  onProgress?.({ phase: 'verifying', message: `Checking ${source.path}`, subject: source.path })
  const found = await hashSource(source, 'sha256', { signal })
  return found === expected ? { size: source.size, sha256: found } : undefined
}

/** @returns the URL as it may be shown */
function checkRequest({ url, sha256 }: TransferRequest): string {
  const { protocol } = URL.parse(url) ?? {}
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new KairosError('argument/invalid', 'An http or https URL expected, another text found.', {
      hint: 'Write it as https://host/path.',
    })
  }
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new KairosError(
      'argument/invalid',
      `${redactUrl(url)}: a SHA-256 of 64 hexadecimal digits expected, another text found.`,
    )
  }
  return redactUrl(url)
}
