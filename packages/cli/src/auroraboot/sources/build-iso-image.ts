import { join } from 'node:path'
import { describeLocation } from '@kairos-sdk/core'
import { buildIso, isoFileName } from '@kairos-sdk/netboot/provision'
import { DEFAULT_STATE_DIRECTORY, makeDirectory, openRootSource } from '@kairos-sdk/netboot/sources'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import { formatBytes } from '../../runtime/format-bytes.js'
import type { Context } from '../command.js'
import { checkOutput } from '../media/check-output.js'
import { cloudConfigSource } from '../media/new-files.js'
import { checkInputDirectory } from '../media/open-image.js'
import { tellOfWait } from '../media/tell-of-wait.js'
import type { SourceArguments } from './source-options.js'
import { sourceTasks } from './source-tasks.js'

export interface BuildIsoArguments extends SourceArguments {
  readonly source: string
  /** Name of the ISO, without `.iso`. */
  readonly name: string
  /** Directory to write to. */
  readonly output: string
  /** Put the date into the name. */
  readonly date: boolean
  readonly overlayRootfs: string | undefined
  readonly overlayIso: string | undefined
  readonly cloudConfig: string | undefined
  readonly extendLiveCmdline: string | undefined
  readonly liveConsole: string | undefined
  readonly compression: 'zstd' | 'gzip'
}

/**
 * Builds an installation ISO of an image, with its checksum beside it.
 *
 * @throws KairosError those of `openRootSource` and `buildIso`
 */
export async function buildIsoImage(args: BuildIsoArguments, context: Context): Promise<void> {
  const { source, cloudConfig, overlayRootfs, overlayIso } = args
  const { reporter, signal } = context
  const name = fileNameOf(args, new Date())
  const output = join(args.output, name)
  for (const overlay of [overlayRootfs, overlayIso]) if (overlay !== undefined) await checkInputDirectory(overlay)
  await makeDirectory(args.output)
  const inputs = [overlayRootfs, overlayIso, cloudConfig].filter((path) => path !== undefined)
  await checkOutput(output, inputs, 'Choose another --name or --output.')
  const config = cloudConfig === undefined ? undefined : await cloudConfigSource(cloudConfig, context)
  const tasks = sourceTasks(reporter, { message: `Opening ${describeLocation(source)}` })
  const { onProgress } = tasks
  try {
    await using root = await openRootSource(source, {
      stateDir: args.stateDir ?? DEFAULT_STATE_DIRECTORY,
      architecture: args.arch,
      insecureRegistries: args.allowInsecureRegistries,
      signal,
      onProgress,
    })
    const built = await buildIso(root, output, {
      compression: args.compression,
      overlayRootfs,
      overlayIso,
      cloudConfig: config,
      extraCmdline: args.extendLiveCmdline,
      consoleCmdline: args.liveConsole,
      signal,
      onProgress,
      onWait: tellOfWait(reporter, output),
    })
    tasks.succeed(`Built ${output}, ${formatBytes(built.size)}`)
    for (const warning of built.warnings) reporter.warn(warning)
    if (config) reporter.note('Only you can read it, because the cloud config is inside.')
    const { path, size, sha256, checksumPath, architecture, starts, warnings } = built
    const { identity } = root
    reporter.answer(
      {
        event: 'result',
        output: path,
        size,
        sha256,
        checksumFile: checksumPath,
        architecture,
        identity,
        starts,
        warnings,
      },
      `${sha256}  ${output}\n`,
    )
  } catch (error) {
    tasks.drop()
    throw error
  }
}

/** `kairos.iso`, and as upstream with a date: `kairos.20261121.iso`. @throws ArgumentProblem */
function fileNameOf({ name, date }: Pick<BuildIsoArguments, 'name' | 'date'>, today: Date): string {
  const bare = name.replace(/\.iso$/, '')
  if (bare === '' || bare === '.' || bare === '..' || /[/\\\0]/.test(bare)) {
    throw new ArgumentProblem(
      `--name: a file name without slashes is expected, ${JSON.stringify(name)} found.`,
      'The directory is said with --output.',
    )
  }
  return isoFileName(name, date ? today : undefined)
}
