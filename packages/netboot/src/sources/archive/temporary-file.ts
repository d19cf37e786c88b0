import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { throwIfAborted, translateError } from '@kairos-sdk/core'
import { makeDirectory } from '../../output/make-directory.js'

/** No image is worked on for longer; what is older was left by a program that was killed. */
const STALE_AFTER_MS = 24 * 60 * 60 * 1000
const PROGRESS_BYTES = 8 * 1024 * 1024

export interface TemporaryFileOptions {
  readonly signal?: AbortSignal | undefined
  /** Told of the bytes so far, now and then. */
  readonly onBytes?: ((bytes: number) => void) | undefined
}

/** A file that lies on the disk as long as it is used. */
export interface TemporaryFile {
  readonly path: string
  remove(): Promise<void>
}

/**
 * Writes a stream to a file of its own in `directory`, which only its owner can read: images may hold secrets. A stream
 * that breaks off leaves nothing. Files that killed programs left there are removed.
 *
 * @throws KairosError `output/*`, `aborted`, and what the stream throws
 */
export async function storeTemporarily(
  chunks: AsyncIterable<Uint8Array>,
  directory: string,
  { signal, onBytes }: TemporaryFileOptions = {},
): Promise<TemporaryFile> {
  const path = join(directory, `${randomUUID()}.tar`)
  const doing = `Cannot write ${path}`
  const remove = () => rm(path, { force: true })
  try {
    throwIfAborted(signal, doing)
    await makeDirectory(directory, { mode: 0o700 })
    await removeStale(directory)
    await pipeline(chunks, counter(onBytes), createWriteStream(path, { flags: 'wx', mode: 0o600 }), {
      signal: signal ?? new AbortController().signal,
    })
    return { path, remove }
  } catch (error) {
    await remove()
    throwIfAborted(signal, doing)
    throw translateError(error, doing, 'output/not-writable')
  }
}

function counter(onBytes: TemporaryFileOptions['onBytes']): Transform {
  let bytes = 0
  let told = 0
  return new Transform({
    transform(chunk: Uint8Array, _encoding, callback) {
      bytes += chunk.length
      if (bytes - told >= PROGRESS_BYTES) {
        told = bytes
        try {
          onBytes?.(bytes)
        } catch (error) {
          callback(error as Error)
          return
        }
      }
      callback(null, chunk)
    },
  })
}

async function removeStale(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name)
    const found = await stat(path).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > STALE_AFTER_MS) await rm(path, { force: true })
  }
}
