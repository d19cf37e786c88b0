import { open } from 'node:fs/promises'
import { type ByteSource, checkRange, type ReadOptions } from './byte-source.js'
import {
  checkRegularFile,
  checkUnchanged,
  type FileToRead,
  openFileForReading,
  readFileChunks,
  statOf,
} from './file-content.js'

export interface FileSource extends ByteSource {
  readonly path: string
  /**
   * Asserts that the path still leads to the file that was opened, and that nobody has written to it.
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
  const stats = await statOf(path)
  checkRegularFile(path, stats)
  return sourceOfFile({
    path,
    stats,
    async open() {
      const handle = await open(path, 'r')
      return { handle, release: () => handle.close() }
    },
  })
}

/** A file as a source, however it is opened. */
export function sourceOfFile(file: FileToRead): FileSource {
  const { path, stats } = file
  const source = {
    name: path,
    path,
    size: Number(stats.size),
    read(offset: number, length: number, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
      checkRange(source, offset, length)
      return readFileChunks(file, offset, length, options)
    },
    openForReading: () => openFileForReading(file),
    async verify() {
      checkUnchanged(path, stats, await statOf(path))
    },
  }
  return source
}

/** True for a source made by {@link fileSource} or `heldFileSource`. */
export function isFileSource(source: ByteSource): source is FileSource {
  return 'path' in source && typeof source.path === 'string' && 'verify' in source
}
