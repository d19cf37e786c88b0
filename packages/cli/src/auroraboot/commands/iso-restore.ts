import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'

export const isoRestore: Command<object> = command({
  command: 'restore <image>',
  describe: 'Undo what iso customize --in-place did',
  details: [
    'Gives the image its first bytes and its first size back, however often it was changed since, with the record in IMAGE.undo. It also completes a change that was cut off by a crash. The record is then removed.',
  ],
  positionals: {
    image: { type: 'string', demandOption: true, describe: 'Image that was changed in place', completes: 'file' },
  },
  examples: [['auroraboot iso restore kairos.iso', 'kairos.iso is the published one again']],
  exits: ['input', 'output', 'image'],
  async run({ image }, context) {
    const { restoreImage } = await import('../media/restore-image.js')
    await restoreImage(image, context)
  },
})
