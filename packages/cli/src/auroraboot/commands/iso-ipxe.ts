import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { fileOption, kernelArgumentsOption, noChecksumOption, outputPositional, textOption } from '../options.js'

export const isoIpxe: Command<object> = command({
  command: 'ipxe <output>',
  describe: 'Make a small ISO image that boots over the network',
  details: [
    'For machines that cannot boot over the network by themselves: the image starts iPXE. With --url and the names of the files it boots a release from a server; with --script it does what the script says; without either it asks DHCP until a netboot server, such as auroraboot, offers something.',
    'iPXE comes from the system (Debian: apt install ipxe) or from --ipxe-dir; for machines with a BIOS, GRUB is needed too. What the image then cannot do is said, with what would help.',
    'Values may hold settings of iPXE, such as net0/mac in braces behind a dollar sign, which each machine fills in.',
  ],
  positionals: { output: outputPositional },
  options: {
    url: textOption('Where the files are: http://host/directory'),
    kernel: textOption('Name of the kernel there'),
    initrd: textOption('Name of the initial RAM disk there'),
    rootfs: textOption('Name of the root file system (squashfs) there'),
    config: textOption('URL of the cloud config'),
    cmdline: kernelArgumentsOption('Further kernel arguments'),
    script: fileOption('iPXE script to start instead; begins with #!ipxe'),
    'ipxe-dir': {
      type: 'string',
      describe: 'Directory with builds of iPXE (ipxe.lkrn, ipxe.efi), looked into first',
      completes: 'directory',
      requiresArg: true,
    },
    'no-checksum': noChecksumOption,
  },
  examples: [
    ['auroraboot iso ipxe netboot.iso', 'waits for a netboot server'],
    [
      'auroraboot iso ipxe my.iso --url http://host --kernel k --initrd i --rootfs r',
      'boots http://host/k and the others',
    ],
    ['auroraboot iso ipxe my.iso --script boot.ipxe --ipxe-dir ./ipxe', "a script and an iPXE of one's own"],
  ],
  exits: ['input', 'output', 'image'],
  async run(args, context) {
    const { createIpxeImage } = await import('../media/create-ipxe-image.js')
    await createIpxeImage({ ...args, checksum: !args.noChecksum }, context)
  },
})
