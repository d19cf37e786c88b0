import { ArgumentProblem } from '../../runtime/argument-problem.js'
import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import {
  cloudConfigOption,
  fileOption,
  kernelArgumentsOption,
  noChecksumOption,
  outputPositional,
  textOption,
} from '../options.js'

export const isoCreate: Command<object> = command({
  command: 'create <output>',
  describe: 'Make a bootable ISO image of files',
  details: [
    'The image has a GRUB menu that starts /boot/kernel with /boot/initrd, whose root file system is /rootfs.squashfs. They come from the directory of --from or are named one by one. It starts from CD and USB stick, on machines with BIOS and UEFI.',
    'GRUB comes from --rootfs, where the signed one and its shim are if the image has them, else it is made by the grub-mkimage of this machine. What the image then cannot do is said, with what would help; --bios and --uefi make that an error.',
    'The same input gives the same bytes when SOURCE_DATE_EPOCH is set.',
  ],
  positionals: { output: outputPositional },
  options: {
    from: {
      type: 'string',
      describe: 'Directory with the files of the image; its own /boot/grub2/grub.cfg stays',
      completes: 'directory',
      requiresArg: true,
    },
    kernel: fileOption('Kernel, for /boot/kernel'),
    initrd: fileOption('Initial RAM disk, for /boot/initrd'),
    squashfs: fileOption('Root file system as a squashfs image, for /rootfs.squashfs'),
    rootfs: {
      type: 'string',
      describe: 'Directory of the unpacked root file system, to take GRUB, kernel and initrd from',
      completes: 'directory',
      requiresArg: true,
    },
    'cloud-config': cloudConfigOption,
    label: { ...textOption('Label of the volume, which the live system looks for'), default: 'COS_LIVE' },
    arch: { choices: ['amd64', 'arm64'], default: 'amd64', describe: 'Machines that are to start', requiresArg: true },
    'extend-live-cmdline': kernelArgumentsOption('Kernel arguments added to each entry of the menu'),
    bios: { type: 'boolean', default: false, describe: 'Fail when the image would not start with a BIOS' },
    uefi: { type: 'boolean', default: false, describe: 'Fail when the image would not start with UEFI' },
    'no-boot': { type: 'boolean', default: false, describe: 'Only the files, and nothing that starts them' },
    'no-checksum': noChecksumOption,
  },
  examples: [
    ['auroraboot iso create my.iso --from unpacked', 'of the files of another image, changed'],
    ['auroraboot iso create my.iso --kernel k --initrd i --squashfs r.squashfs', 'of the three files of a release'],
    ['auroraboot iso create data.iso --from files --no-boot --label DATA', 'a disc with files'],
  ],
  exits: ['cloudConfig', 'input', 'output', 'image'],
  async run(args, context) {
    const { noBoot, noChecksum } = args
    const without = (['bios', 'uefi', 'extendLiveCmdline', 'rootfs'] as const).find((name) => noBoot && args[name])
    if (without) {
      const option = without === 'extendLiveCmdline' ? 'extend-live-cmdline' : without
      throw new ArgumentProblem(
        `--${option} is about starting the image, which --no-boot leaves out.`,
        'Leave out one of them.',
      )
    }
    if (args.from === undefined && args.kernel === undefined && args.rootfs === undefined) {
      throw new ArgumentProblem(
        'There is nothing to make an image of.',
        'Name a directory with --from, or the files one by one: --kernel, --initrd, --squashfs',
      )
    }
    const { createImage } = await import('../media/create-image.js')
    await createImage({ ...args, boot: !noBoot, checksum: !noChecksum }, context)
  },
})
