import { stat } from 'node:fs/promises'
import { describeLocation, KairosError } from '@kairos-sdk/core'
import { type UnpackFormat, unpackFormatOf, unpackRoot } from '@kairos-sdk/netboot/provision'
import { DEFAULT_STATE_DIRECTORY, openRootSource, type RootSource, writeTar } from '@kairos-sdk/netboot/sources'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import { formatBytes } from '../../runtime/format-bytes.js'
import { written } from '../../runtime/io.js'
import type { Context } from '../command.js'
import { checkOutput } from '../media/check-output.js'
import { tellOfWait } from '../media/tell-of-wait.js'
import type { SourceArguments } from './source-options.js'
import { type SourceTasks, sourceTasks } from './source-tasks.js'

export interface UnpackArguments extends SourceArguments {
  readonly image: string
  /** `-` is standard output. */
  readonly output: string
  readonly format: UnpackFormat | undefined
  /** Of a squashfs image. */
  readonly compression: 'zstd' | 'gzip'
}

/**
 * Writes the root file system of an image to a directory, a file, or standard output.
 *
 * @throws KairosError those of `openRootSource` and `unpackRoot`
 */
export async function unpackImage(args: UnpackArguments, context: Context): Promise<void> {
  const { image, output, compression } = args
  const { reporter, signal } = context
  const toStandardOutput = output === '-'
  const format = args.format ?? (toStandardOutput ? 'tar' : unpackFormatOf(output))
  if (toStandardOutput) checkStandardOutput(format, context)
  else if (format !== 'directory') await checkOutput(output, [], 'Name another file to write.')
  const tasks = sourceTasks(reporter, { message: `Opening ${describeLocation(image)}` })
  try {
    await using root = await openRootSource(image, {
      stateDir: args.stateDir ?? DEFAULT_STATE_DIRECTORY,
      architecture: args.arch,
      insecureRegistries: args.allowInsecureRegistries,
      signal,
      onProgress: tasks.onProgress,
    })
    if (toStandardOutput) return await printTar(root, tasks, context)
    const { warnings } = await unpackRoot(root, output, {
      format,
      compression,
      signal,
      onProgress: tasks.onProgress,
      onWait: tellOfWait(reporter, output),
    })
    const size = format === 'directory' ? undefined : (await stat(output)).size
    tasks.succeed(`Wrote ${output}${size === undefined ? '' : `, ${formatBytes(size)}`}`)
    for (const warning of warnings) reporter.warn(warning)
    const { identity, architecture } = root
    reporter.answer({ event: 'result', output, format, size, identity, architecture, warnings }, '')
  } catch (error) {
    tasks.drop()
    throw error
  }
}

/** @throws ArgumentProblem, KairosError `argument/invalid` */
function checkStandardOutput(format: UnpackFormat, { io, reporter }: Context): void {
  if (format !== 'tar') {
    throw new ArgumentProblem(
      `Only a tar archive can go to standard output, not a ${format}.`,
      'Name an output, or leave out --format.',
    )
  }
  if (reporter.json) {
    throw new ArgumentProblem('With --json, standard output is for lines of JSON.', 'Name a file, or leave out --json.')
  }
  if (!io.stdout.isTTY) return
  throw new KairosError('argument/invalid', 'A tar archive is not text: a terminal cannot show it.', {
    hint: 'Send it on, as in: auroraboot unpack IMAGE - | tar -t',
  })
}

async function printTar(root: RootSource, tasks: SourceTasks, { io, signal }: Context): Promise<void> {
  const entries = root.entries({ signal, onProgress: tasks.onProgress })
  let bytes = 0
  for await (const chunk of writeTar(entries, { date: root.date, signal })) {
    // A reader that has seen enough, as `tar -t | head`, needs no more.
    if (!(await written(io.stdout, chunk))) return tasks.drop()
    bytes += chunk.length
  }
  tasks.succeed(`Wrote a tar archive, ${formatBytes(bytes)}`)
}
