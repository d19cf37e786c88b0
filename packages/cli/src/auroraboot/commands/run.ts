import type { Command } from '../../runtime/command.js'
import { command } from '../command.js'
import { bootPortOptions, interfaceOption, ipxeDirectoryOption } from '../netboot/netboot-options.js'
import { cloudConfigOption, textOption } from '../options.js'

const group = 'Network options:'

export const run: Command<object> = command({
  command: 'run [config]',
  describe: 'Make the ISO files of a release or a container image, and boot machines',
  details: [
    'Downloads a release, or builds an ISO of a container image; puts the cloud config into a copy of it; offers both over HTTP; and boots every machine on the network that is set to boot from it. The configuration is a file or URL, or --set for each key of it, or both: --set counts more.',
    'Results are in iso/ of the state_dir (/tmp/auroraboot): kairos.iso, kairos.iso.custom.iso with the cloud config inside, which is what goes onto a USB stick, and checksums. What is there from an earlier run is not made again; what was interrupted goes on. Ctrl-C ends it; with nothing to serve it ends by itself.',
    'Keys of a release: artifact_version, release_version, flavor, flavor_release, variant, model, arch, repository. Of an image, which takes over: container_image, arch, where an image is quay.io/kairos/ubuntu:24.04, docker://IMAGE (Docker or Podman), oci:DIRECTORY, oci-archive:FILE, docker-archive:FILE, dir:DIRECTORY or tar:FILE.',
    'What to leave out, with the value true: disable_netboot, disable_http_server, disable_iso. Where: state_dir, listen_addr (:8080), netboot_http_port (8090), netboot_listen_addr. How machines start: netboot.cmdline. The ISO: iso.name, iso.override_name, iso.include_date, iso.overlay_iso, iso.overlay_rootfs, iso.extend-live-cmdline, iso.live_console. Each is described in docs/auroraboot.schema.json, which editors understand.',
    'In the cloud config, [[ .github.user ]] stands for the value of --set github.user=…, as for that of any key.',
    'With --machines each machine of a table gets a cloud config of its own: a CSV file whose first line names the columns (mac, uuid or name, and values for the templates), or the same as a list in YAML.',
  ],
  positionals: {
    config: {
      type: 'string',
      describe: 'Configuration: a YAML file, a URL, or - for standard input',
      completes: 'file',
    },
  },
  options: {
    set: {
      type: 'string',
      array: true,
      describe: 'KEY=VALUE: a key of the configuration, or a value for templates; may be given several times',
      completes: 'nothing',
      requiresArg: true,
    },
    'cloud-config': {
      ...cloudConfigOption,
      describe: 'Cloud config of the machines: a file, a URL, or - for standard input',
    },
    'dry-run': {
      type: 'boolean',
      default: false,
      describe: 'Show what would be downloaded, written, removed and served, and do nothing of it',
    },
    machines: {
      type: 'string',
      describe: 'Table of machines with values of their own: a CSV or YAML file, or a URL',
      completes: 'file',
      requiresArg: true,
    },
    'machine-isos': {
      choices: ['served', 'files', 'none'],
      describe: 'Images for single machines: made up while they are downloaded, written to iso/machines, or none',
      requiresArg: true,
    },
    'only-listed': {
      type: 'boolean',
      default: false,
      describe: 'Boot no machines over the network but those of the table',
    },
    'release-server': textOption('Server of the releases, or a mirror, instead of https://github.com'),
    'allow-insecure-registries': {
      type: 'boolean',
      default: false,
      describe: 'Allow registries without TLS, or with a certificate that nobody vouches for',
    },
    interface: interfaceOption,
    advertise: {
      ...textOption('Address of this server that machines are told, where it is not that of the interface'),
      group,
    },
    ...bootPortOptions,
    'ipxe-dir': ipxeDirectoryOption,
  },
  otherOptions: {
    '--debug': 'To see what goes on inside, use --log-level debug.',
    '--state-dir': 'It is written --set state_dir=DIRECTORY.',
    '--port': 'It is written --set netboot_http_port=PORT, or --set listen_addr=:PORT for the ISO files.',
    '--listen-addr': 'It is written --set listen_addr=ADDRESS:PORT.',
    '--arch': 'It is written --set arch=ARCHITECTURE.',
    '--allow': 'Name the machines in a table, with --machines FILE --only-listed.',
  },
  examples: [
    ['auroraboot aurora.yaml', 'what a configuration file says; a URL can stand in its place'],
    [
      'auroraboot --set container_image=quay.io/kairos/core-rockylinux:v1.5.0 --cloud-config config.yaml',
      'of a container image, without a file',
    ],
    [
      'auroraboot --set artifact_version=v1.5.0 --set release_version=v1.5.0 --set flavor=rockylinux --cloud-config config.yaml',
      'of a release',
    ],
    [
      'auroraboot aurora.yaml --set disable_netboot=true --set disable_http_server=true --set state_dir=build',
      'only the ISO files, in build/iso',
    ],
    [
      'auroraboot aurora.yaml --cloud-config template.yaml --set github.user=mudler --set kairos.password=foobar',
      'with values for the templates in the cloud config',
    ],
    ['auroraboot aurora.yaml --cloud-config -', 'with the cloud config from a pipe'],
    [
      'auroraboot aurora.yaml --machines machines.csv --only-listed',
      'each machine of the table its own, and no others',
    ],
    ['auroraboot aurora.yaml --dry-run', 'what that would download, write and serve'],
  ],
  exits: ['cloudConfig', 'input', 'output', 'network', 'image'],
  async run(args, context) {
    const { runConfiguration } = await import('../provision/run-configuration.js')
    await runConfiguration(args, context)
  },
})
