import { stat } from 'node:fs/promises'
import { describeLocation, isHttpUrl } from '@kairos-sdk/core'
import { applyInPlace, type RemasteredImage, remaster } from '@kairos-sdk/netboot/iso'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import type { Task } from '../../runtime/reporter/reporter.js'
import { shellWord } from '../../runtime/shell-word.js'
import { wholePercents } from '../../runtime/whole-percents.js'
import type { Context } from '../command.js'
import { checkOutput } from './check-output.js'
import { type NewFilesArguments, newFiles, parseAddition } from './new-files.js'
import { openSource } from './open-image.js'
import { answerResult, OWNER_ONLY, sha256Of, writeResult } from './write-result.js'

export interface CustomizeArguments extends NewFilesArguments {
  readonly image: string
  readonly output: string | undefined
  readonly inPlace: boolean
  readonly remove: readonly string[]
  readonly checksum: boolean
}

/**
 * Puts files into an image, into a new file or in place.
 *
 * @throws KairosError those of `newFiles`, `remaster`, `writeImage` and `applyInPlace`
 */
export async function customizeImage(args: CustomizeArguments, context: Context): Promise<void> {
  const { image, output, remove } = args
  const { reporter, signal } = context
  checkArguments(args)
  if (output !== undefined) await checkOutput(output, inputsOf(args), inPlaceHint(args))
  const files = await newFiles(args, context)
  const task = reporter.task({ message: `Reading ${describeLocation(image)}` })
  try {
    const remastered = await remaster(await openSource(image, context), { files, remove, signal })
    if (output === undefined) await changeInPlace(remastered, args, task, context)
    else {
      const result = await writeResult(remastered, output, { mode: OWNER_ONLY, checksum: args.checksum, task }, context)
      for (const warning of remastered.warnings) reporter.warn(warning)
      if (args.cloudConfig !== undefined) reporter.note('Only you can read it, because the cloud config is inside.')
      answerResult(result, { warnings: remastered.warnings }, context)
    }
  } catch (error) {
    task.drop()
    throw error
  }
}

async function changeInPlace(
  remastered: RemasteredImage,
  { image, cloudConfig, checksum }: CustomizeArguments,
  task: Task,
  context: Context,
): Promise<void> {
  const { reporter, signal } = context
  const { size, warnings } = remastered
  await applyInPlace(remastered, image, { signal, onProgress: wholePercents(task.progress, `Changing ${image}`) })
  const restore = `auroraboot iso restore ${shellWord(image)}`
  // Said before the checksum is computed: from here on the file is another one, also when that is stopped.
  reporter.note(`The original comes back with: ${restore}`)
  const sha256 = checksum ? await sha256Of(image, task, context) : undefined
  task.succeed(`Changed ${image} in place`)
  for (const warning of warnings) reporter.warn(warning)
  if (cloudConfig !== undefined && process.platform !== 'win32' && (await stat(image)).mode & 0o044) {
    reporter.warn(`Others on this machine can read ${image}, and the cloud config in it: chmod 600 ${shellWord(image)}`)
  }
  answerResult({ output: image, size, ...(sha256 !== undefined && { sha256 }) }, { warnings, restore }, context)
}

/** @throws ArgumentProblem */
function checkArguments(args: CustomizeArguments): void {
  const { image, output, inPlace, cloudConfig, overlay, add, remove } = args
  if (cloudConfig === undefined && overlay === undefined && add.length === 0 && remove.length === 0) {
    throw new ArgumentProblem(
      'Nothing is to be changed.',
      'Say what with --cloud-config, --add, --overlay or --remove; for example: --cloud-config config.yaml',
    )
  }
  if (inPlace && output !== undefined) {
    throw new ArgumentProblem(
      `With --in-place, ${image} itself is changed, and no other file written.`,
      `Leave out ${shellWord(output)}, or --in-place.`,
    )
  }
  if (inPlace && isHttpUrl(image)) {
    throw new ArgumentProblem('What a URL names cannot be changed in place.', 'Name a file to write instead.')
  }
  if (!inPlace && output === undefined) {
    throw new ArgumentProblem(
      'There is no file to write to.',
      isHttpUrl(image)
        ? `Name one behind ${shellWord(describeLocation(image))}.`
        : `Name one behind ${shellWord(image)}, or use --in-place.`,
    )
  }
}

function inputsOf({ image, cloudConfig, overlay, add }: CustomizeArguments): string[] {
  const files = [
    image,
    ...(overlay === undefined ? [] : [overlay]),
    ...(cloudConfig === undefined ? [] : [cloudConfig]),
    ...add.map((text) => parseAddition(text).file),
  ]
  return files.filter((file) => file !== '-' && !isHttpUrl(file))
}

function inPlaceHint({ image }: CustomizeArguments): string {
  if (isHttpUrl(image)) return 'Name another file to write.'
  return `Name another file, or change the image itself: auroraboot iso customize ${shellWord(image)} --in-place …`
}
