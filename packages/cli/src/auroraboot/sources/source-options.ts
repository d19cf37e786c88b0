import type { OptionDefinition, PositionalDefinition } from '../../runtime/command.js'
import { textOption } from '../options.js'

/** What names a root file system; in the help of commands that take one. */
export const SOURCE_FORMS =
  'A source is quay.io/kairos/ubuntu:24.04 or oci:// and that (a registry), docker://IMAGE (Docker or Podman), oci:DIRECTORY, oci-archive:FILE, docker-archive:FILE, dir:DIRECTORY, tar:FILE, or file:FILE (a tar archive or a squashfs image). Registries are logged in to with docker login or podman login; nothing needs Docker, or root.'

export const sourcePositional = (describe: string) =>
  ({ type: 'string', demandOption: true, describe, completes: 'file' }) as const satisfies PositionalDefinition

export const sourceOptions = {
  arch: textOption(
    'Architecture of the image (amd64, arm64, riscv64), where there are several. Otherwise amd64. Of a directory or archive: what its kernel has to be for',
  ),
  'allow-insecure-registries': {
    type: 'boolean',
    default: false,
    describe: 'Allow registries without TLS, or with a certificate that nobody vouches for',
  },
  'state-dir': {
    type: 'string',
    describe: 'Directory whose cache keeps downloads for the next time. Otherwise /tmp/auroraboot',
    completes: 'directory',
    requiresArg: true,
  },
} as const satisfies Record<string, OptionDefinition>

export const compressionOption = {
  choices: ['zstd', 'gzip'],
  default: 'zstd',
  describe: 'Of the squashfs image. gzip is for kernels before 4.14: no smaller, and slower to make and to read',
  requiresArg: true,
} as const satisfies OptionDefinition

/** Options of upstream's commands that have another name here. */
export const otherSourceOptions = {
  '--insecure': 'It is written --allow-insecure-registries.',
  '--loglevel': 'It is written --log-level.',
  '-l': 'It is written --log-level.',
} as const

export interface SourceArguments {
  readonly arch: string | undefined
  readonly allowInsecureRegistries: boolean
  readonly stateDir: string | undefined
}
