import { open, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { OperationOptions, ProgressEvent } from '@kairos-sdk/core'
import { imageDate } from '../../media/source-date.js'
import { type CompressionName, fileSink, type SquashfsSummary, writeSquashfs } from '../../media/squashfs/index.js'
import { syncDirectory } from '../../output/sync-directory.js'
import { workBeside } from '../../output/work-beside.js'
import { overlayRoot, type RootSource, writeEntries } from '../root-source/index.js'

export type PackProgress = ProgressEvent

export interface PackOptions extends OperationOptions<PackProgress> {
  /** Default `zstd`, which is as small as gzip and many times faster. */
  readonly compression?: CompressionName | undefined
  /** Of zstd 1 to 22, default 3; of gzip 1 to 9, default 6. */
  readonly level?: number | undefined
  /** Directory of this machine to lay over the root file system, see `overlayRoot`. */
  readonly overlay?: string | undefined
  /** Date of the image. Default: `SOURCE_DATE_EPOCH`, else the date of the source, else now. */
  readonly date?: Date | undefined
  /** Permissions of the file. Default 0o644, less what the umask takes away. */
  readonly mode?: number | undefined
  /** Called once when another process makes the same output, which is then waited for. */
  readonly onWait?: (() => void) | undefined
}

/**
 * Writes a root file system to a squashfs image, in one stream: no tree on the disk, no root. The file appears under its
 * name only when it is complete. The same container image and options give the same bytes.
 *
 * @throws KairosError those of `writeSquashfs` and of the source
 */
export async function packSquashfs(
  root: RootSource,
  path: string,
  options: PackOptions = {},
): Promise<SquashfsSummary> {
  return packChecked(root, path, options, async () => {})
}

/**
 * As {@link packSquashfs}, for an image that `check` has seen before it gets its name.
 *
 * @param check - rejects to keep the image from appearing
 * @throws KairosError as that, and what `check` throws
 */
export async function packChecked(
  root: RootSource,
  path: string,
  options: PackOptions,
  check: (part: string) => Promise<void>,
): Promise<SquashfsSummary> {
  const { signal, onWait } = options
  return workBeside(
    path,
    async (directory) => {
      const part = join(directory, basename(path))
      const summary = await writePart(root, part, options)
      await check(part)
      await rename(part, path)
      await syncDirectory(dirname(path))
      return summary
    },
    { signal, onWait },
  )
}

/**
 * Writes the image to a name that nobody else knows yet.
 *
 * @throws KairosError as `packSquashfs`
 */
async function writePart(root: RootSource, path: string, options: PackOptions): Promise<SquashfsSummary> {
  const { compression, level, overlay, signal, onProgress, mode = 0o644 & ~process.umask() } = options
  const source = overlay === undefined ? root : overlayRoot(root, overlay)
  const file = await open(path, 'wx', mode)
  try {
    const settings = { compression, level, date: dateOf(root, options.date), signal, onProgress }
    const summary = await writeEntries(source, { signal, onProgress }, async (entries) => {
      await file.truncate()
      return await writeSquashfs(entries, fileSink(file), settings)
    })
    await file.chmod(mode)
    await file.sync()
    return summary
  } finally {
    await file.close()
  }
}

/** The date of what is made of a root file system; see {@link PackOptions.date}. */
export function dateOf(root: RootSource, given: Date | undefined): Date {
  if (given) return given
  return process.env.SOURCE_DATE_EPOCH ? imageDate(undefined) : (root.date ?? imageDate(undefined))
}
