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
import { run } from './commands/run.js'
import { startPixie } from './commands/start-pixie.js'
import { unpack } from './commands/unpack.js'

/** auroraboot as data. */
export function aurorabootProgram(): Program<object> {
  return {
    name: 'auroraboot',
    version: packageVersion(),
    describe: 'Brings machines to life with Kairos: makes ISO images, and boots machines over the network.',
    defaultCommand: run,
    examples: [
      [
        'auroraboot --set container_image=quay.io/kairos/core-rockylinux:v1.5.0 --cloud-config config.yaml',
        'an ISO with the cloud config, and the same for machines that boot over the network',
      ],
      ['auroraboot build-iso quay.io/kairos/ubuntu:24.04', 'an installation medium of a container image'],
      [
        'auroraboot iso customize kairos.iso node.iso --cloud-config config.yaml',
        'an installation medium for a machine',
      ],
      ['auroraboot iso ls https://example.com/kairos.iso', 'what is in an image, without a download'],
    ],
    commands: [
      run,
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
