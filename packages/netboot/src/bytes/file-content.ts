import type { BigIntStats } from 'node:fs'
import { type FileHandle, stat } from 'node:fs/promises'
import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import type { OpenSource, ReadOptions } from './byte-source.js'

/** Larger chunks are no faster from a page cache, and cost a served client more memory. */
const CHUNK_BYTES = 256 * 1024

/** A file that is open for one reader. */
export interface OpenedFile {
  readonly handle: FileHandle
  /** The reader needs it no more. */
  release(): Promise<void>
}

/** A regular file to read from, and how. */
export interface FileToRead {
  readonly path: string
  /** As it was when it became a source. */
  readonly stats: BigIntStats
  /** Opens it for one reader. */
  open(): Promise<OpenedFile>
}

/** @throws KairosError `input/not-found`, `input/not-permitted`, `input/unreadable` */
export async function statOf(path: string): Promise<BigIntStats> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    throw translateError(error, `Cannot read ${path}`, 'input/unreadable')
  }
}

/** @throws KairosError `input/is-a-directory`, `input/unreadable` */
export function checkRegularFile(path: string, stats: BigIntStats): void {
  if (stats.isDirectory()) {
    throw new KairosError('input/is-a-directory', `${path}: a file expected, a directory found.`, {
      hint: 'Name a file.',
    })
  }
  if (!stats.isFile()) {
    throw new KairosError('input/unreadable', `${path}: a regular file expected, a device or pipe found.`, {
      hint: 'Copy its content to a file first.',
    })
  }
}

/**
 * Asserts that a file is the one of before, and that nobody has written to it. Another name for it, or none, is no change.
 *
 * @throws KairosError `input/changed`
 */
export function checkUnchanged(path: string, before: BigIntStats, now: BigIntStats): void {
  const same =
    before.dev === now.dev && before.ino === now.ino && before.size === now.size && before.mtimeNs === now.mtimeNs
  if (!same) {
    throw new KairosError('input/changed', `${path}: the file that was opened expected, a changed one found.`, {
      hint: 'Wait until nothing writes to it any more, then try again.',
    })
  }
}

/** Streams a range of a file, see `ByteSource.read`. */
export async function* readFileChunks(
  file: FileToRead,
  offset: number,
  length: number,
  { signal }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const { path, stats } = file
  const doing = `Cannot read ${path}`
  throwIfAborted(signal, doing)
  let opened: OpenedFile | undefined
  try {
    opened = await file.open()
    const { handle } = opened
    checkUnchanged(path, stats, await handle.stat({ bigint: true }))
    const end = offset + length
    for (let at = offset; at < end; ) {
      throwIfAborted(signal, doing)
      const size = Math.min(CHUNK_BYTES, end - at)
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(size), 0, size, at)
      if (bytesRead === 0) throw endTooEarly(file, at)
      at += bytesRead
      // Who changed the file since gave us a mixture; without its end nobody takes that for a whole file.
      if (at === end && length > CHUNK_BYTES) checkUnchanged(path, stats, await handle.stat({ bigint: true }))
      yield bytesRead === size ? buffer : buffer.subarray(0, bytesRead)
    }
  } catch (error) {
    throw translateError(error, doing, 'input/unreadable')
  } finally {
    await opened?.release()
  }
}

/** Opens a file for many reads, see `ByteSource.openForReading`. */
export async function openFileForReading(file: FileToRead): Promise<OpenSource> {
  const { path, stats } = file
  const translated = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error) => {
      throw translateError(error, `Cannot read ${path}`, 'input/unreadable')
    })
  const { handle, release } = await translated(file.open())
  const verify = async () => checkUnchanged(path, stats, await translated(handle.stat({ bigint: true })))
  try {
    await verify()
  } catch (error) {
    await release()
    throw error
  }
  return {
    async readInto(into, offset) {
      for (let filled = 0; filled < into.length; ) {
        const { bytesRead } = await translated(handle.read(into, filled, into.length - filled, offset + filled))
        if (bytesRead === 0) throw endTooEarly(file, offset + filled)
        filled += bytesRead
      }
    },
    verify,
    close: () => translated(release()),
  }
}

function endTooEarly({ path, stats }: FileToRead, at: number): KairosError {
  return new KairosError('input/changed', `${path}: ${stats.size} bytes expected, the end found at ${at}.`)
}
