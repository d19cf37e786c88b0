import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { cloudConfigOption, kernelArgumentsOption, textOption } from '../options.js'
import {
  compressionOption,
  otherSourceOptions,
  SOURCE_FORMS,
  sourceOptions,
  sourcePositional,
} from '../sources/source-options.js'

const directoryOption = (describe: string) =>
  ({ type: 'string', describe, completes: 'directory', requiresArg: true }) as const

export const buildIso: Command<object> = command({
  command: 'build-iso <source>',
  describe: 'Build an installation ISO of a container image',
  details: [
    'Writes NAME.iso and NAME.iso.sha256. The ISO starts from CD and USB stick; its live system, the installer, is the image itself. Kernel and initial RAM disk are the ones in its /boot. GRUB is the one of the image, with its shim where there is one, else that of this machine; what the ISO then does not start on is said.',
    'The root file system is compressed while the layers arrive. The same image gives the same bytes.',
    'Overlays are directories whose files are laid over those of the image, or of the ISO. Their files belong to root. Where the image has a link to a directory, as /lib to usr/lib, an overlay with that directory means what the link leads to.',
    SOURCE_FORMS,
  ],
  positionals: { source: sourcePositional('Container image or other source of a root file system') },
  options: {
    name: { ...textOption('Name of the ISO, without .iso'), default: 'kairos' },
    output: { ...directoryOption('Directory to write to; made if it is not there'), default: '.' },
    date: { type: 'boolean', default: false, describe: 'Put the date into the name: kairos.20261121.iso' },
    'cloud-config': cloudConfigOption,
    'overlay-rootfs': directoryOption('Directory to lay over the root file system'),
    'overlay-iso': directoryOption('Directory to lay over the files of the ISO; its /boot/grub2/grub.cfg is the menu'),
    'extend-live-cmdline': kernelArgumentsOption(
      'Kernel arguments added to each entry of the menu; not those of the installed system',
    ),
    'live-console': kernelArgumentsOption('Console arguments of each entry, instead of console=ttyS0 console=tty1'),
    compression: compressionOption,
    ...sourceOptions,
  },
  otherOptions: {
    ...otherSourceOptions,
    '--override-name': 'It is written --name.',
    '-n': 'It is written --name.',
    '-o': 'It is written --output.',
    '-c': 'It is written --cloud-config.',
    '--overlay-uefi': 'GRUB and shim come out of the image: put others there with --overlay-rootfs.',
  },
  examples: [
    ['auroraboot build-iso quay.io/kairos/ubuntu:24.04', 'kairos.iso in this directory'],
    ['auroraboot build-iso docker://my-image:1 --name edge --cloud-config config.yaml', 'of an image that Docker has'],
    ['auroraboot build-iso oci:layout --overlay-rootfs files --output build', 'with files of your own'],
  ],
  exits: ['cloudConfig', 'input', 'output', 'image'],
  async run(args, context) {
    const { buildIsoImage } = await import('../sources/build-iso-image.js')
    await buildIsoImage(args, context)
  },
})
