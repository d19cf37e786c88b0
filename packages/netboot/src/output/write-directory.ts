import { type OperationOptions, type ProgressEvent, throwIfAborted } from '@kairos-sdk/core'
import type { FileSystemEntry } from '../file-system/entry.js'
import { fillDirectory } from './fill-directory.js'
import { outputError } from './output-error.js'
import { AttributeSetter, type LostAttributes } from './tree-attributes.js'
import { entryError, TreeWriter } from './tree-writer.js'

export interface WriteDirectoryOptions extends OperationOptions<ProgressEvent> {
  /** For entries without a time of their own. Default: now. */
  readonly date?: Date | undefined
  /** Called once when another process fills the same directory, which is then waited for. */
  readonly onWait?: (() => void) | undefined
}

export interface WriteDirectorySummary {
  readonly files: number
  readonly bytes: number
  /** What a directory could not keep; a tar archive or a squashfs image does. */
  readonly lost: Readonly<LostAttributes>
}

/**
 * Writes entries into a new or empty directory, as `fillDirectory` does: what is in it appears only when all is there;
 * whatever goes wrong, nothing is left behind. Nothing is ever written outside of it: paths are checked, and symbolic links, which are kept as they are,
 * are made last.
 *
 * As root, owners are kept, and set-id bits with them. Extended attributes are not, nor are devices, pipes and sockets:
 * Node cannot make them. The summary counts what is lost.
 *
 * @param path - must not exist, or be an empty directory; that gets the attributes of the root, unless it is another user's
 * @throws KairosError `output/*`; `layers/escapes-root` for a path that leads out of the directory; `input/malformed`
 *   for content of another length than announced; `aborted`; and what the entries throw
 */
export async function writeDirectory(
  entries: AsyncIterable<FileSystemEntry> | Iterable<FileSystemEntry>,
  path: string,
  options: WriteDirectoryOptions = {},
): Promise<WriteDirectorySummary> {
  const { signal, onWait, date = new Date() } = options
  const doing = `Cannot write ${path}`
  const attributes = new AttributeSetter(date)
  const { writer, exists } = await fillDirectory(
    path,
    async (tree, exists) => {
      const writer = new TreeWriter(tree, attributes)
      for await (const entry of entries) {
        throwIfAborted(signal, doing)
        await writer.add(entry, signal).catch((error: unknown) => {
          throw entryError(error, entry)
        })
      }
      await writer.finish()
      if (!exists) await writer.finishTop()
      return { writer, exists }
    },
    { signal, onWait },
  )
  if (exists) await finishExisting(writer, path)
  return { files: writer.files, bytes: writer.bytes, lost: attributes.lost }
}

/** A directory that was there gets the attributes of the root, unless it is somebody else's. */
async function finishExisting(writer: TreeWriter, path: string): Promise<void> {
  await writer.finishTop(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw outputError(error, `Cannot write ${path}`)
  })
}
