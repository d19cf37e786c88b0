import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { imagePositional } from '../options.js'

export const isoCat: Command<object> = command({
  command: 'cat <image> <path>',
  describe: 'Print a file of an ISO image',
  details: [
    'The bytes of the file go to standard output as they are; on a terminal only text is printed. Of an image behind a URL, only this file is transferred.',
  ],
  positionals: {
    image: imagePositional,
    path: { type: 'string', demandOption: true, describe: 'File in the image', completes: 'nothing' },
  },
  examples: [
    ['auroraboot iso cat kairos.iso /config.yaml', 'the cloud config in an image'],
    ['auroraboot iso cat https://example.com/kairos.iso /boot/kernel > kernel', 'one file of a remote image'],
  ],
  exits: ['input', 'image'],
  async run({ image, path }, context) {
    const { printFile } = await import('../media/print-file.js')
    await printFile(image, path, context)
  },
})
