import { stat } from 'node:fs/promises'
import { restore } from '@kairos-sdk/netboot/iso'
import { formatBytes } from '../../runtime/format-bytes.js'
import type { Context } from '../command.js'

/**
 * Gives an image that was changed in place its original bytes back.
 *
 * @throws KairosError those of `restore`
 */
export async function restoreImage(image: string, { reporter }: Context): Promise<void> {
  const task = reporter.task({ message: `Restoring ${image}` })
  try {
    await restore(image)
    const { size } = await stat(image)
    task.succeed(`${image} is what it was before it was changed, ${formatBytes(size)}`)
    reporter.answer({ event: 'result', output: image, size }, '')
  } catch (error) {
    task.drop()
    throw error
  }
}
