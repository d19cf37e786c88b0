import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { imagePositional } from '../options.js'

export const isoExtract: Command<object> = command({
  command: 'extract <image> <directory> [paths..]',
  describe: 'Write files of an ISO image to a directory',
  details: [
    'Each file is written at its path in the image. The directory must be new or empty, and appears when all is in it: whatever goes wrong, nothing is left behind.',
    'Images may come from anywhere. Nothing is written outside of the directory; links that lead out of it and devices are left out, which is said. Owners are not kept.',
  ],
  positionals: {
    image: imagePositional,
    directory: { type: 'string', demandOption: true, describe: 'New directory', completes: 'directory' },
    paths: {
      type: 'string',
      array: true,
      describe: 'Files and directories in the image; without any, everything',
      completes: 'nothing',
    },
  },
  examples: [
    ['auroraboot iso extract kairos.iso unpacked', 'everything'],
    ['auroraboot iso extract kairos.iso unpacked /boot /config.yaml', 'a directory and a file'],
  ],
  exits: ['input', 'output', 'image'],
  async run({ image, directory, paths }, context) {
    const { extractFiles } = await import('../media/extract-files.js')
    await extractFiles({ image, directory, paths: paths ?? [] }, context)
  },
})
