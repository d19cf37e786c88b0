import { join } from 'node:path'
import type { ByteSource } from '@kairos-sdk/netboot'
import { writeImages } from '@kairos-sdk/netboot/iso'
import {
  DEFAULT_STATE_DIRECTORY,
  fetchReleaseIso,
  fetchReleaseNetboot,
  makeDirectory,
  openCache,
  type ReleaseOptions,
  type ReleaseSelection,
} from '@kairos-sdk/netboot/sources'
import { formatBytes } from '../../runtime/format-bytes.js'
import type { Task } from '../../runtime/reporter/reporter.js'
import { wholePercents } from '../../runtime/whole-percents.js'
import type { Context } from '../command.js'
import { checkOutput } from '../media/check-output.js'
import { tellOfWait } from '../media/tell-of-wait.js'
import { PUBLIC, sha256Of } from '../media/write-result.js'

export interface PullReleaseArguments extends ReleaseSelection {
  /** Kernel, initrd and squashfs instead of the ISO. */
  readonly netboot: boolean
  /** Directory to write to. */
  readonly output: string
  readonly stateDir: string | undefined
}

interface Wanted {
  readonly path: string
  readonly source: ByteSource
  /** Known from the download, else computed of what was written. */
  readonly sha256?: string
}

/**
 * Downloads a release and writes its files to a directory.
 *
 * @throws KairosError those of `fetchReleaseIso`, `fetchReleaseNetboot` and `writeImages`
 */
export async function pullReleaseFiles(args: PullReleaseArguments, context: Context): Promise<void> {
  const { reporter, signal } = context
  const cache = await openCache(args.stateDir ?? DEFAULT_STATE_DIRECTORY)
  const task = reporter.task({ message: 'Looking for the release' })
  try {
    const { name, wanted, urls, warnings } = await fetchFiles(args, {
      cache,
      signal,
      onProgress: wholePercents(task.progress),
    })
    await makeDirectory(args.output)
    for (const { path } of wanted) await checkOutput(path, [], 'Choose another --output.')
    const files: { path: string; size: number; sha256: string }[] = []
    await write(wanted, args.output, task, context)
    for (const { path, source, sha256 } of wanted) {
      files.push({ path, size: source.size, sha256: sha256 ?? (await sha256Of(path, task, context)) })
    }
    task.succeed(`Got ${name}, ${formatBytes(files.reduce((sum, { size }) => sum + size, 0))}`)
    for (const warning of warnings) reporter.warn(warning)
    reporter.answer(
      { event: 'result', name, urls, files, warnings },
      files.map(({ sha256, path }) => `${sha256}  ${path}\n`).join(''),
    )
  } catch (error) {
    task.drop()
    throw error
  }
}

async function fetchFiles(args: PullReleaseArguments, options: ReleaseOptions) {
  const { netboot, output } = args
  if (!netboot) {
    const { name, iso, url, sha256, warnings } = await fetchReleaseIso(args, options)
    const wanted: Wanted[] = [{ path: join(output, `${name}.iso`), source: iso, sha256 }]
    return { name, wanted, urls: [url], warnings }
  }
  const { name, artifacts, urls, warnings } = await fetchReleaseNetboot(args, options)
  const wanted: Wanted[] = [
    { path: join(output, `${name}-kernel`), source: artifacts.kernel },
    { path: join(output, `${name}-initrd`), source: artifacts.initrd },
    { path: join(output, `${name}.squashfs`), source: artifacts.rootfs },
  ]
  return { name, wanted, urls, warnings }
}

/** All of them, or none. */
async function write(
  wanted: readonly Wanted[],
  output: string,
  task: Task,
  { reporter, signal }: Context,
): Promise<void> {
  const tell = wholePercents(task.progress)
  await writeImages(
    wanted.map(({ source, path }) => ({ image: source, path })),
    {
      mode: PUBLIC & ~process.umask(),
      signal,
      onProgress: (event) => tell({ ...event, message: `Writing ${event.subject}` }),
      onWait: tellOfWait(reporter, output),
    },
  )
}
