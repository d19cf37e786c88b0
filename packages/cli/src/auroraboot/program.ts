import type { Program } from '../runtime/command.js'
import { completionCommand } from '../runtime/completion/completion-command.js'
import { packageVersion } from '../runtime/package-version.js'
import { boot } from './commands/boot.js'
import { buildIso } from './commands/build-iso.js'
import { doctor } from './commands/doctor.js'
import { isoCat } from './commands/iso-cat.js'
import { isoCreate } from './commands/iso-create.js'
import { isoCustomize } from './commands/iso-customize.js'
import { isoExtract } from './commands/iso-extract.js'
import { isoIpxe } from './commands/iso-ipxe.js'
import { isoLs } from './commands/iso-ls.js'
import { isoRestore } from './commands/iso-restore.js'
import { netboot } from './commands/netboot.js'
import { pullRelease } from './commands/pull-release.js'
import { startPixie } from './commands/start-pixie.js'
import { unpack } from './commands/unpack.js'

/** auroraboot as data. */
export function aurorabootProgram(): Program<object> {
  return {
    name: 'auroraboot',
    version: packageVersion(),
    describe: 'Prepares what machines start from: ISO images and files for booting over the network.',
    examples: [
      ['auroraboot build-iso quay.io/kairos/ubuntu:24.04', 'an installation medium of a container image'],
      [
        'auroraboot iso customize kairos.iso node.iso --cloud-config config.yaml',
        'an installation medium for a machine',
      ],
      ['auroraboot iso ls https://example.com/kairos.iso', 'what is in an image, without a download'],
    ],
    commands: [
      buildIso,
      pullRelease,
      unpack,
      {
        command: 'iso',
        describe: 'Look into ISO images, change them, and make new ones',
        commands: [isoLs, isoCat, isoExtract, isoCustomize, isoRestore, isoCreate, isoIpxe],
      },
      netboot,
      boot,
      startPixie,
      doctor,
      completionCommand('auroraboot'),
    ],
    sdk: {},
  }
}
