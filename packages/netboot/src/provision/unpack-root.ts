import { open, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { FileSystemEntry } from '../file-system/entry.js'
import { type LostAttributes, syncDirectory, workBeside, writeDirectory, writeFully } from '../output/index.js'
import { dateOf, type PackOptions, packSquashfs } from '../sources/artifacts/index.js'
import { overlayRoot, type RootSource, writeEntries } from '../sources/root-source/index.js'
import { writeTar } from '../sources/tar/index.js'

/** What a root file system can be unpacked to. */
export type UnpackFormat = 'directory' | 'tar' | 'squashfs'

export interface UnpackOptions extends Omit<PackOptions, 'mode'> {
  /** Default: by the name of the output, `.tar` and `.squashfs`; else a directory. */
  readonly format?: UnpackFormat | undefined
}

export interface UnpackSummary {
  readonly format: UnpackFormat
  /** What the output does not have of the source; sentences for people. */
  readonly warnings: readonly string[]
}

/** What a name says about its format. */
export function unpackFormatOf(output: string): UnpackFormat {
  if (/\.(?:squashfs|sqfs|sqsh)$/i.test(output)) return 'squashfs'
  return /\.tar$/i.test(output) ? 'tar' : 'directory'
}

/**
 * Writes a root file system to a new directory, a tar archive or a squashfs image. The output appears under its name only
 * when it is complete. Archives and images keep everything; for what a directory cannot keep see `writeDirectory`.
 *
 * @throws KairosError those of `writeDirectory`, `writeTar`, `packSquashfs` and of the source
 */
export async function unpackRoot(
  root: RootSource,
  output: string,
  options: UnpackOptions = {},
): Promise<UnpackSummary> {
  const { format = unpackFormatOf(output), overlay, signal, onProgress, onWait } = options
  if (format === 'squashfs') {
    const { droppedXattrs, droppedXattrCount } = await packSquashfs(root, output, options)
    const [first] = droppedXattrs
    const example = first && `${first.name} of ${first.path}`
    const warnings = example
      ? [`Attributes that squashfs cannot hold are left out: ${droppedXattrCount}, such as ${example}.`]
      : []
    return { format, warnings }
  }
  const source = overlay === undefined ? root : overlayRoot(root, overlay)
  const date = dateOf(root, options.date)
  return await writeEntries(source, { signal, onProgress }, async (entries) => {
    if (format === 'directory') {
      const { lost } = await writeDirectory(entries, output, { date, signal, onWait })
      return { format, warnings: warningsOf(lost) }
    }
    await writeTarFile(entries, output, date, { signal, onWait })
    return { format, warnings: [] }
  })
}

async function writeTarFile(
  entries: AsyncIterable<FileSystemEntry>,
  output: string,
  date: Date,
  { signal, onWait }: UnpackOptions,
): Promise<void> {
  await workBeside(
    output,
    async (directory) => {
      const part = join(directory, basename(output))
      const file = await open(part, 'wx', 0o644 & ~process.umask())
      try {
        let at = 0
        for await (const chunk of writeTar(entries, { date, signal })) {
          await writeFully(file, chunk, at)
          at += chunk.length
        }
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(part, output)
      await syncDirectory(dirname(output))
    },
    { signal, onWait },
  )
}

function warningsOf({ owners, xattrs, devices }: LostAttributes): string[] {
  const instead = 'Write to a .squashfs or .tar file to keep them.'
  return [
    ...(owners > 0 ? [`Owners are not kept, because only root may: everything (${owners}) is yours. ${instead}`] : []),
    ...(xattrs > 0
      ? [`Extended attributes, file capabilities among them, are not kept: ${xattrs} in all. ${instead}`]
      : []),
    ...(devices > 0 ? [`Devices, pipes and sockets are left out: ${devices} in all. ${instead}`] : []),
  ]
}
