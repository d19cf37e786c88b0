import { describeLocation } from '@kairos-sdk/core'
import { extractIso } from '@kairos-sdk/netboot/iso'
import { formatBytes } from '../../runtime/format-bytes.js'
import { wholePercents } from '../../runtime/whole-percents.js'
import type { Context } from '../command.js'
import { openImage } from './open-image.js'
import { tellOfWait } from './tell-of-wait.js'

export interface ExtractArguments {
  readonly image: string
  readonly directory: string
  /** Empty: everything. */
  readonly paths: readonly string[]
}

/**
 * Writes files of an image into a new directory.
 *
 * @throws KairosError those of `openImage` and `extractIso`
 */
export async function extractFiles({ image, directory, paths }: ExtractArguments, context: Context): Promise<void> {
  const { reporter, signal } = context
  const task = reporter.task({ message: `Reading ${describeLocation(image)}` })
  try {
    const iso = await openImage(image, context)
    const { files, bytes, warnings } = await extractIso(iso, directory, {
      ...(paths.length > 0 && { paths }),
      signal,
      onProgress: wholePercents(task.progress, `Extracting to ${directory}`),
      onWait: tellOfWait(reporter, directory),
    })
    task.succeed(`Extracted ${files} ${files === 1 ? 'file' : 'files'} (${formatBytes(bytes)}) to ${directory}`)
    for (const warning of warnings) reporter.warn(warning)
    reporter.answer({ event: 'result', output: directory, files, bytes, warnings }, '')
  } catch (error) {
    task.drop()
    throw error
  }
}
