import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { cloudConfigOption, imagePositional, noChecksumOption } from '../options.js'

export const isoCustomize: Command<object> = command({
  command: 'customize <image> [output]',
  describe: 'Put a cloud config and files into an ISO image',
  details: [
    'The result starts as the image does, from CD and USB stick, BIOS and UEFI; a live system finds the cloud config as /config.yaml. The cloud config is checked first. The SHA-256 of the result is printed as sha256sum writes it.',
    'With --in-place the image itself is changed, in no time however large it is. What is replaced is kept beside it in IMAGE.undo, and auroraboot iso restore brings it back.',
    'The new file can be read by its owner only, because a cloud config holds secrets.',
    'Of several files for one path, --cloud-config comes before --add, and that before --overlay.',
  ],
  positionals: {
    image: imagePositional,
    output: { type: 'string', describe: 'File to write, unless --in-place', completes: 'file' },
  },
  options: {
    'cloud-config': cloudConfigOption,
    add: {
      type: 'string',
      array: true,
      describe: 'PATH=FILE: put a file or what a URL names at this path; may be given several times',
      completes: 'file',
      requiresArg: true,
    },
    overlay: {
      type: 'string',
      describe: 'Put everything in this directory into the root of the image',
      completes: 'directory',
      requiresArg: true,
    },
    remove: {
      type: 'string',
      array: true,
      describe: 'Remove a file or a directory of the image; may be given several times',
      completes: 'nothing',
      requiresArg: true,
    },
    'in-place': { type: 'boolean', default: false, describe: 'Change the image itself, and keep a way back' },
    'no-checksum': noChecksumOption,
  },
  examples: [
    ['auroraboot iso customize kairos.iso node1.iso --cloud-config node1.yaml', 'an image for one machine'],
    ['auroraboot iso customize kairos.iso --in-place --cloud-config config.yaml', 'no second file'],
    ['auroraboot iso customize kairos.iso my.iso --add /boot/grub2/grub.cfg=my.cfg', "with a menu of one's own"],
  ],
  exits: ['cloudConfig', 'input', 'output', 'image'],
  async run(args, context) {
    const { customizeImage } = await import('../media/customize-image.js')
    const { add = [], remove = [], noChecksum } = args
    await customizeImage({ ...args, add, remove, checksum: !noChecksum }, context)
  },
})
