import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { textOption } from '../options.js'
import { sourceOptions } from '../sources/source-options.js'

export const pullRelease: Command<object> = command({
  command: 'pull-release',
  describe: 'Download a release of Kairos',
  details: [
    'Writes NAME.iso to a directory, or with --netboot NAME-kernel, NAME-initrd and NAME.squashfs; for releases since v3.4, which have no such files, they come out of the ISO. NAME is that of the release, such as kairos-ubuntu-24.04-core-amd64-generic-v3.7.2.',
    'The published checksum is verified. A download that was interrupted goes on where it ended; what is in the cache of --state-dir is not downloaded again, and used when the server cannot be reached. The SHA-256 of each file is printed as sha256sum writes it.',
    'The options are named as the keys of the configuration file. Proxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.',
  ],
  options: {
    flavor: { ...textOption('Distribution: ubuntu, rockylinux, opensuse-leap, hadron'), demandOption: true },
    'flavor-release': textOption('Its release: 24.04, 9. Part of the names since v2.4.2'),
    'release-version': textOption('Name of the release: v3.7.2. Otherwise that of --artifact-version'),
    'artifact-version': textOption('Version with the Kubernetes part: v2.4.2-k3sv1.26.9+k3s1. Otherwise the release'),
    variant: textOption('core or standard. Otherwise standard for a version with Kubernetes, else core'),
    model: { ...textOption('Board'), default: 'generic' },
    arch: { ...textOption('Architecture'), default: 'amd64' },
    repository: { ...textOption('Repository with the releases'), default: 'kairos-io/kairos' },
    'release-server': { ...textOption('Server of the releases, or a mirror'), default: 'https://github.com' },
    output: {
      type: 'string',
      default: '.',
      describe: 'Directory to write to; made if it is not there',
      completes: 'directory',
      requiresArg: true,
    },
    netboot: { type: 'boolean', default: false, describe: 'Kernel, initrd and squashfs instead of the ISO' },
    'state-dir': sourceOptions['state-dir'],
  },
  examples: [
    ['auroraboot pull-release --flavor rockylinux --release-version v1.5.0', 'its ISO'],
    [
      'auroraboot pull-release --flavor hadron --flavor-release v0.5.1 --artifact-version v4.2.0-k3sv1.36.3+k3s1 --netboot --output files',
      'with Kubernetes, what machines boot over the network',
    ],
  ],
  exits: ['input', 'output', 'image'],
  async run({ releaseServer, ...args }, context) {
    const { pullReleaseFiles } = await import('../sources/pull-release-files.js')
    await pullReleaseFiles({ ...args, baseUrl: releaseServer }, context)
  },
})
