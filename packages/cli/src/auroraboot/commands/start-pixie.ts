import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { netbootOptions } from '../netboot/netboot-options.js'
import { kernelArgumentsOption } from '../options.js'

export const startPixie: Command<object> = command({
  command: 'start-pixie <cloud-config> <squashfs> <address> <port> <initrd> <kernel>',
  describe: 'Boot machines over the network into Kairos, which installs itself',
  details: [
    'As auroraboot boot, with the command line that Kairos needs to load its root file system and cloud config and to install itself.',
    'auroraboot netboot takes the three files out of an ISO image.',
  ],
  positionals: {
    'cloud-config': {
      type: 'string',
      demandOption: true,
      describe: 'Cloud config: a file, a URL, or - for standard input',
      completes: 'file',
    },
    squashfs: {
      type: 'string',
      demandOption: true,
      describe: 'Root file system, a squashfs image: a file or a URL',
      completes: 'file',
    },
    address: {
      type: 'string',
      demandOption: true,
      describe: 'Own address to serve on, which chooses the interface too; 0.0.0.0 for all',
      completes: 'nothing',
    },
    port: { type: 'string', demandOption: true, describe: 'TCP port for HTTP, for example 8090', completes: 'nothing' },
    initrd: { type: 'string', demandOption: true, describe: 'Initial RAM disk: a file or a URL', completes: 'file' },
    kernel: { type: 'string', demandOption: true, describe: 'Kernel: a file or a URL', completes: 'file' },
  },
  options: { cmdline: kernelArgumentsOption('Arguments added to the command line of the kernel'), ...netbootOptions },
  examples: [
    [
      'auroraboot start-pixie config.yaml fs.squashfs 192.168.68.2 8090 initrd kernel',
      'on the network of that address',
    ],
    [
      'auroraboot start-pixie - fs.squashfs 0.0.0.0 8090 initrd kernel --cmdline quiet',
      'on all networks, with another argument for the kernel, and the config from a pipe',
    ],
  ],
  exits: ['cloudConfig', 'input', 'network', 'image'],
  async run(args, context) {
    const { startPixieServer } = await import('../netboot/start-pixie-server.js')
    await startPixieServer(args, context)
  },
})
