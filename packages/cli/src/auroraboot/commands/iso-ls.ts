import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { imagePositional } from '../options.js'

export const isoLs: Command<object> = command({
  command: 'ls <image> [path]',
  describe: 'List the files in an ISO image',
  details: [
    'Nothing is mounted or extracted. Of an image behind a URL, only the directories that are listed are transferred.',
  ],
  positionals: {
    image: imagePositional,
    path: { type: 'string', default: '/', describe: 'Directory or file in the image', completes: 'nothing' },
  },
  options: {
    long: { type: 'boolean', default: false, describe: 'With permissions, owner, size in bytes and date (UTC)' },
    recursive: { type: 'boolean', default: false, describe: 'With all that is in its directories, by path' },
  },
  examples: [
    ['auroraboot iso ls kairos.iso', 'what is in its root'],
    ['auroraboot iso ls kairos.iso /boot --long', 'sizes and dates of what is in /boot'],
    ['auroraboot iso ls https://example.com/kairos.iso', 'without a download'],
  ],
  exits: ['input', 'image'],
  async run(args, context) {
    const { listImage } = await import('../media/list-image.js')
    await listImage(args, context)
  },
})
