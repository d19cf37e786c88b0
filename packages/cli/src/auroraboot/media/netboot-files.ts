import { join } from 'node:path'
import { describeLocation, isHttpUrl } from '@kairos-sdk/core'
import { writeImages } from '@kairos-sdk/netboot/iso'
import { bootArtifactsOfIso, makeDirectory } from '@kairos-sdk/netboot/sources'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import { formatBytes } from '../../runtime/format-bytes.js'
import { wholePercents } from '../../runtime/whole-percents.js'
import type { Context } from '../command.js'
import { checkOutput } from './check-output.js'
import { openImage } from './open-image.js'
import { tellOfWait } from './tell-of-wait.js'
import { PUBLIC } from './write-result.js'

const ENDINGS = { kernel: '-kernel', initrd: '-initrd', rootfs: '.squashfs' } as const

export interface NetbootFilesArguments {
  readonly iso: string
  readonly directory: string
  readonly prefix: string
}

/**
 * Writes the files that a machine boots over the network out of an image: all of them, or none.
 *
 * @throws KairosError those of `openImage`, of the image and of `writeImages`
 */
export async function netbootFiles(args: NetbootFilesArguments, context: Context): Promise<void> {
  const { iso, directory, prefix } = args
  const { reporter, signal } = context
  if (prefix === '' || /[/\\\0]/.test(prefix)) {
    throw new ArgumentProblem(
      `A prefix without slashes is expected, ${JSON.stringify(prefix)} found.`,
      `It begins the names of the files: PREFIX-kernel, PREFIX-initrd and PREFIX.squashfs in ${directory}.`,
    )
  }
  const task = reporter.task({ message: `Reading ${describeLocation(iso)}` })
  try {
    const image = await openImage(iso, context)
    const names = ['kernel', 'initrd', 'rootfs'] as const
    const artifacts = await bootArtifactsOfIso(image, { signal })
    const files = names.map((name) => ({ image: artifacts[name], path: join(directory, prefix + ENDINGS[name]) }))
    await makeDirectory(directory)
    for (const { path } of files) await checkOutput(path, isHttpUrl(iso) ? [] : [iso], 'Choose another prefix.')
    const tell = wholePercents(task.progress)
    await writeImages(files, {
      mode: PUBLIC & ~process.umask(),
      signal,
      onProgress: (event) => tell({ ...event, message: `Writing ${event.subject}` }),
      onWait: tellOfWait(reporter, directory),
    })
    const bytes = files.reduce((sum, { image }) => sum + image.size, 0)
    task.succeed(`Wrote ${files.length} files to ${directory}, ${formatBytes(bytes)}`)
    const data = Object.fromEntries(files.map(({ path }, index) => [names[index], path]))
    reporter.answer({ event: 'result', ...data }, files.map(({ path }) => `${path}\n`).join(''))
  } catch (error) {
    task.drop()
    throw error
  }
}
