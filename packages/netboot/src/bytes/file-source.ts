import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import { type ByteSource, checkRange, type OpenSource, type ReadOptions } from './byte-source.js'

/** Larger chunks are no faster from a page cache, and cost a served client more memory. */
const CHUNK_BYTES = 256 * 1024

export interface FileSource extends ByteSource {
  readonly path: string
  /**
   * Asserts that the file is still the one that was opened.
   *
   * @throws KairosError `input/changed`, `input/not-found`
   */
  verify(): Promise<void>
}

/**
 * A regular file as a source. Each read opens the file and closes it again, and checks that it is still the file of
 * before: a file that was replaced or written to in the meantime would give a mixture.
 *
 * @throws KairosError `input/not-found`, `input/not-permitted`, `input/is-a-directory`, `input/unreadable`; reads throw
 *   `input/changed` too
 */
export async function fileSource(path: string): Promise<FileSource> {
  const opened = await statOf(path)
  if (opened.isDirectory()) {
    throw new KairosError('input/is-a-directory', `${path}: a file expected, a directory found.`, {
      hint: 'Name a file.',
    })
  }
  if (!opened.isFile()) {
    throw new KairosError('input/unreadable', `${path}: a regular file expected, a device or pipe found.`, {
      hint: 'Copy its content to a file first.',
    })
  }
  const source = {
    name: path,
    path,
    size: Number(opened.size),
    read(offset: number, length: number, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
      checkRange(source, offset, length)
      return chunks(path, opened, offset, length, options)
    },
    openForReading: () => openFile(path, opened),
    async verify() {
      checkUnchanged(path, opened, await statOf(path))
    },
  }
  return source
}

/** True for a source made by {@link fileSource}. */
export function isFileSource(source: ByteSource): source is FileSource {
  return 'path' in source && typeof source.path === 'string' && 'verify' in source
}

async function statOf(path: string): Promise<BigIntStats> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    throw translateError(error, `Cannot read ${path}`, 'input/unreadable')
  }
}

function checkUnchanged(path: string, before: BigIntStats, now: BigIntStats): void {
  const same =
    before.dev === now.dev && before.ino === now.ino && before.size === now.size && before.mtimeNs === now.mtimeNs
  if (!same) {
    throw new KairosError('input/changed', `${path}: the file that was opened expected, a changed one found.`, {
      hint: 'Wait until nothing writes to it any more, then try again.',
    })
  }
}

async function* chunks(
  path: string,
  opened: BigIntStats,
  offset: number,
  length: number,
  { signal }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const doing = `Cannot read ${path}`
  throwIfAborted(signal, doing)
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    checkUnchanged(path, opened, await handle.stat({ bigint: true }))
    const end = offset + length
    for (let at = offset; at < end; ) {
      throwIfAborted(signal, doing)
      const size = Math.min(CHUNK_BYTES, end - at)
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(size), 0, size, at)
      if (bytesRead === 0) {
        throw new KairosError('input/changed', `${path}: ${opened.size} bytes expected, the end found at ${at}.`)
      }
      at += bytesRead
      // Who changed the file since gave us a mixture; without its end nobody takes that for a whole file.
      if (at === end && length > CHUNK_BYTES) checkUnchanged(path, opened, await handle.stat({ bigint: true }))
      yield bytesRead === size ? buffer : buffer.subarray(0, bytesRead)
    }
  } catch (error) {
    throw translateError(error, doing, 'input/unreadable')
  } finally {
    await handle?.close()
  }
}

async function openFile(path: string, before: BigIntStats): Promise<OpenSource> {
  const doing = `Cannot read ${path}`
  const translated = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error) => {
      throw translateError(error, doing, 'input/unreadable')
    })
  const handle = await translated(open(path, 'r'))
  const verify = async () => checkUnchanged(path, before, await translated(handle.stat({ bigint: true })))
  try {
    await verify()
  } catch (error) {
    await handle.close()
    throw error
  }
  return {
    async readInto(into, offset) {
      for (let filled = 0; filled < into.length; ) {
        const { bytesRead } = await translated(handle.read(into, filled, into.length - filled, offset + filled))
        if (bytesRead === 0) {
          throw new KairosError(
            'input/changed',
            `${path}: ${before.size} bytes expected, the end found at ${offset + filled}.`,
          )
        }
        filled += bytesRead
      }
    },
    verify,
    close: () => translated(handle.close()),
  }
}
