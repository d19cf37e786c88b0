import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describeLocation, isHttpUrl } from '@kairos-sdk/core'
import { writeImage } from '@kairos-sdk/netboot/iso'
import { bootArtifactsOfIso, makeDirectory } from '@kairos-sdk/netboot/sources'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import { formatBytes } from '../../runtime/format-bytes.js'
import { wholePercents } from '../../runtime/whole-percents.js'
import type { Context } from '../command.js'
import { checkOutput } from './check-output.js'
import { openImage } from './open-image.js'
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
 * @throws KairosError those of `openImage`, of the image and of `writeImage`
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
  const written: string[] = []
  try {
    const image = await openImage(iso, context)
    const names = ['kernel', 'initrd', 'rootfs'] as const
    const artifacts = await bootArtifactsOfIso(image, { signal })
    const parts = names.map((name) => ({ source: artifacts[name], path: join(directory, prefix + ENDINGS[name]) }))
    await makeDirectory(directory)
    for (const { path } of parts) await checkOutput(path, isHttpUrl(iso) ? [] : [iso], 'Choose another prefix.')
    for (const { source, path } of parts) {
      const onProgress = wholePercents(task.progress, `Writing ${path}`)
      await writeImage(source, path, { mode: PUBLIC & ~process.umask(), signal, onProgress })
      written.push(path)
    }
    const bytes = parts.reduce((sum, { source }) => sum + source.size, 0)
    task.succeed(`Wrote ${parts.length} files to ${directory}, ${formatBytes(bytes)}`)
    const data = Object.fromEntries(parts.map(({ path }, index) => [names[index], path]))
    reporter.answer({ event: 'result', ...data }, `${written.join('\n')}\n`)
  } catch (error) {
    task.drop()
    await Promise.all(written.map((path) => rm(path, { force: true })))
    throw error
  }
}
