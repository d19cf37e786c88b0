import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import {
  compressionOption,
  otherSourceOptions,
  SOURCE_FORMS,
  sourceOptions,
  sourcePositional,
} from '../sources/source-options.js'

export const unpack: Command<object> = command({
  command: 'unpack <image> <output>',
  describe: 'Write the root file system of a container image to a directory or file',
  details: [
    'The layers of the image are merged while they are downloaded, in one stream: an output that is a .tar or .squashfs file has all of it, with owners, devices and attributes, and is made without root and without a directory in between. With - the tar archive goes to standard output.',
    'A directory keeps owners only when root writes it, and neither devices nor extended attributes such as file capabilities: what is lost is counted and said. It must be new or empty, and nothing is ever written outside of it.',
    'The output appears when it is complete; whatever goes wrong, nothing is left behind.',
    SOURCE_FORMS,
  ],
  positionals: {
    image: sourcePositional('Container image or other source of a root file system'),
    output: {
      type: 'string',
      demandOption: true,
      describe: 'New directory, file that ends with .tar or .squashfs, or - for standard output',
      completes: 'file',
    },
  },
  options: {
    format: {
      choices: ['directory', 'tar', 'squashfs'],
      describe: 'What to write, where the name of the output does not say it',
      requiresArg: true,
    },
    compression: compressionOption,
    ...sourceOptions,
  },
  otherOptions: otherSourceOptions,
  examples: [
    ['auroraboot unpack quay.io/kairos/ubuntu:24.04 root.squashfs', 'as machines mount it, in seconds'],
    ['auroraboot unpack docker://my-image:1 root --arch arm64', 'an image that Docker has, to look into'],
    ['auroraboot unpack oci:layout - > root.tar', 'to another program, or a file'],
  ],
  exits: ['input', 'output', 'image'],
  async run(args, context) {
    const { unpackImage } = await import('../sources/unpack-image.js')
    await unpackImage(args, context)
  },
})
