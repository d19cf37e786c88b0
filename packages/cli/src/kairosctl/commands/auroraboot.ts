import { ArgumentProblem } from '../../runtime/argument-problem.js'
import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import type { Sdk } from '../sdk.js'

/** Stands in the lists of commands. `kairosctl` passes on what follows the word before anything is parsed. */
export const auroraboot: Command<Sdk> = command({
  command: 'auroraboot [arguments..]',
  describe: 'Make and change installation media: the program auroraboot',
  details: ['All arguments are passed on to auroraboot, which has a help of its own: kairosctl auroraboot --help'],
  positionals: {
    arguments: { type: 'string', array: true, describe: 'Command of auroraboot, and what it needs', completes: 'file' },
  },
  examples: [
    ['kairosctl auroraboot iso ls kairos.iso', 'the same as: auroraboot iso ls kairos.iso'],
    ['kairosctl auroraboot netboot kairos.iso files kairos', 'the same as: auroraboot netboot kairos.iso files kairos'],
  ],
  exits: ['cloudConfig', 'input', 'output', 'network', 'image', 'notReady'],
  async run() {
    throw new ArgumentProblem(
      'Options were found in front of the word auroraboot.',
      'Put them behind it: kairosctl auroraboot iso ls kairos.iso --json',
    )
  },
})
