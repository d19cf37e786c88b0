import { mkdir, readdir, rename, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { KairosError, type OperationOptions, type ProgressEvent, throwIfAborted } from '@kairos-sdk/core'
import type { FileSystemEntry } from '../file-system/entry.js'
import { AttributeSetter, type LostAttributes } from './tree-attributes.js'
import { entryError, TreeWriter } from './tree-writer.js'
import { workBeside } from './work-beside.js'

export interface WriteDirectoryOptions extends OperationOptions<ProgressEvent> {
  /** For entries without a time of their own. Default: now. */
  readonly date?: Date | undefined
}

export interface WriteDirectorySummary {
  readonly files: number
  readonly bytes: number
  /** What a directory could not keep; a tar archive or a squashfs image does. */
  readonly lost: Readonly<LostAttributes>
}

/**
 * Writes entries into a new directory. It appears under its name only when all is in it; whatever goes wrong, nothing is
 * left behind. Nothing is ever written outside of it: paths are checked, and symbolic links, which are kept as they are,
 * are made last.
 *
 * As root, owners are kept, and set-id bits with them. Extended attributes are not, nor are devices, pipes and sockets:
 * Node cannot make them. The summary counts what is lost.
 *
 * @param path - must not exist, or be an empty directory
 * @throws KairosError `output/*`; `layers/escapes-root` for a path that leads out of the directory; `input/malformed`
 *   for content of another length than announced; `aborted`; and what the entries throw
 */
export async function writeDirectory(
  entries: AsyncIterable<FileSystemEntry> | Iterable<FileSystemEntry>,
  path: string,
  options: WriteDirectoryOptions = {},
): Promise<WriteDirectorySummary> {
  const { signal, date = new Date() } = options
  const exists = await isEmptyDirectory(path)
  return workBeside(
    path,
    async (directory) => {
      const tree = join(directory, 'tree')
      await mkdir(tree, { mode: 0o755 })
      const attributes = new AttributeSetter(date)
      const writer = new TreeWriter(tree, attributes)
      for await (const entry of entries) {
        throwIfAborted(signal, `Cannot write ${path}`)
        await writer.add(entry, signal).catch((error: unknown) => {
          throw entryError(error, entry)
        })
      }
      await writer.finish()
      throwIfAborted(signal, `Cannot write ${path}`)
      if (exists) await rmdir(path)
      await rename(tree, path)
      await writer.finishTop(path)
      return { files: writer.files, bytes: writer.bytes, lost: attributes.lost }
    },
    { signal },
  )
}

/** @throws KairosError `output/not-writable` for what is there and is not an empty directory */
async function isEmptyDirectory(path: string): Promise<boolean> {
  const names = await readdir(path).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return undefined
    if (code !== 'ENOTDIR') throw error
    throw notEmpty(path, 'a file')
  })
  if (names === undefined || names.length === 0) return names !== undefined
  throw notEmpty(path, 'one with files')
}

function notEmpty(path: string, found: string): KairosError {
  return new KairosError('output/not-writable', `${path}: a new or empty directory expected, ${found} found.`, {
    hint: 'Name another directory: the files of an image are not mixed with others.',
  })
}
