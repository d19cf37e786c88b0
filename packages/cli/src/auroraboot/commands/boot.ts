import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { netbootOptions, parseAddress, portOption } from '../netboot/netboot-options.js'
import { cloudConfigOption, kernelArgumentsOption, textOption } from '../options.js'

export const boot: Command<object> = command({
  command: 'boot <kernel> [initrds..]',
  describe: 'Boot machines over the network with a kernel and initial RAM disks',
  details: [
    "Every machine on the network that is set to boot from it gets the kernel, the initial RAM disks and the command line. The network's DHCP server goes on giving addresses, also when it runs on this host; this program gives none.",
    'In --cmdline, {{ ID "PATH" }} stands for the URL under which machines fetch that file, and {{ CONFIG }} for that of --cloud-config, which is otherwise added as config_url=…. PATH may be a URL too. Nothing else can be fetched, and nobody can guess the URLs.',
    'On a terminal a table shows how far each machine is; in a pipe each step is a line. Ctrl-C ends it, with exit code 0 and what became of the machines.',
    'Ports below 1024 need a right: auroraboot doctor says how to get it, and what else may be in the way.',
  ],
  positionals: {
    kernel: { type: 'string', demandOption: true, describe: 'Kernel: a file or a URL', completes: 'file' },
    initrds: {
      type: 'string',
      array: true,
      describe: 'Initial RAM disks, loaded in this order: files or URLs',
      completes: 'file',
    },
  },
  options: {
    cmdline: kernelArgumentsOption('Command line of the kernel'),
    'cloud-config': { ...cloudConfigOption, describe: 'Cloud config: a file, a URL, or - for standard input' },
    'listen-addr': {
      ...textOption('Own address on which machines may fetch files, instead of all'),
      coerce: (text: string) => parseAddress(text, '--listen-addr'),
    },
    port: portOption('port', '8090', 'TCP port for HTTP'),
    ...netbootOptions,
  },
  otherOptions: {
    '--bootmsg': 'There is no message to set: machines show what they load.',
    '-d': 'To see every packet that is left alone, use --log-level debug.',
    '--debug': 'To see every packet that is left alone, use --log-level debug.',
    '--dhcp-no-bind':
      'A DHCP server on this host keeps its port without an option; auroraboot doctor says what it needs.',
    '--status-port': 'The terminal shows how far the machines are; for programs there is --json.',
    '--log-timestamps': 'Lines of the log always have the time.',
    '-t': 'Lines of the log always have the time.',
    '-l': 'It is written --listen-addr.',
    '-p': 'It is written --port.',
    '--ipxe-bios': 'Name the directory of the iPXE builds with --ipxe-dir.',
    '--ipxe-efi32': 'Name the directory of the iPXE builds with --ipxe-dir.',
    '--ipxe-efi64': 'Name the directory of the iPXE builds with --ipxe-dir.',
    '--ipxe-ipxe': 'Name the directory of the iPXE builds with --ipxe-dir.',
  },
  examples: [
    [
      `auroraboot boot kernel initrd --cmdline 'root=live:{{ ID "fs.squashfs" }}'`,
      'with a root file system; auroraboot start-pixie has the whole command line of Kairos',
    ],
    ['auroraboot boot kernel initrd --interface eth0 --allow 08:00:27:54:1a:d1', 'one machine, on one network'],
    ['auroraboot boot kernel initrd --cmdline console=ttyS0 --dry-run', 'what machines would be given'],
  ],
  exits: ['cloudConfig', 'input', 'network', 'image'],
  async run(args, context) {
    const { bootMachines } = await import('../netboot/boot-machines.js')
    await bootMachines(args, context)
  },
})
