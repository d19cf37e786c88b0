import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { imagePositional } from '../options.js'

export const netboot: Command<object> = command({
  command: 'netboot <iso> <directory> <prefix>',
  describe: 'Write the files for booting over the network out of an ISO image',
  details: [
    'Writes PREFIX-kernel, PREFIX-initrd and PREFIX.squashfs into the directory: all of them, or none. They are what a netboot server, or an iPXE script, serves.',
  ],
  positionals: {
    iso: imagePositional,
    directory: {
      type: 'string',
      demandOption: true,
      describe: 'Where to write; made if it is not there',
      completes: 'directory',
    },
    prefix: { type: 'string', demandOption: true, describe: 'Beginning of the names', completes: 'nothing' },
  },
  examples: [
    ['auroraboot netboot kairos.iso files kairos', 'files/kairos-kernel, files/kairos-initrd, files/kairos.squashfs'],
    ['auroraboot netboot https://example.com/kairos.iso . kairos', 'without keeping the image'],
  ],
  exits: ['input', 'output', 'image'],
  async run(args, context) {
    const { netbootFiles } = await import('../media/netboot-files.js')
    await netbootFiles(args, context)
  },
})
