import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
import { fileSource } from '../../bytes/file-source.js'

/** The builds of iPXE that somebody may need. */
export type IpxeBuild =
  /** For PXE of a BIOS: drives the card with the BIOS's own driver. */
  | 'bios-undi'
  /** For a BIOS's boot loader, which starts it as if it were a Linux kernel, and gives it a script as initial RAM disk. */
  | 'bios-kernel'
  /** For UEFI: drives the card itself, or with the firmware's driver. */
  | 'efi-x64'
  | 'efi-arm64'
  | 'efi-ia32'
  | 'efi-riscv64'

export interface FindIpxeOptions {
  /** A directory of the user's, which is looked into first. Default: none. */
  readonly directory?: string | undefined
  /** Where {@link cacheIpxe} puts builds; looked into last. Default `~/.cache/kairos/ipxe`. */
  readonly cacheDirectory?: string
  /** Where the system has its builds. Default: where Linux distributions put them. */
  readonly systemDirectories?: readonly string[]
}

interface Package {
  readonly name: string
  /** The systems that have it. */
  readonly of: string
}

interface Build {
  readonly machine: string
  /** Names below each directory, best first: distributions do not agree. */
  readonly files: readonly string[]
  /** Who has it; without them it has to be built. */
  readonly packages: { readonly debian?: Package; readonly fedora?: Package }
  /** What builds it from the sources of iPXE. */
  readonly target: string
}

const DEBIAN: Package = { name: 'ipxe', of: 'Debian, Ubuntu' }
/** Its package has a build for each architecture of its own. */
const DEBIAN_13: Package = { name: 'ipxe', of: 'Debian 13 or newer' }
const FEDORA: Package = { name: 'ipxe-bootimgs-x86', of: 'Fedora' }

const BUILDS: Readonly<Record<IpxeBuild, Build>> = {
  'bios-undi': {
    machine: 'BIOS machines that boot from the network',
    files: ['undionly.kpxe', 'undionly.kkpxe', 'ipxe.pxe'],
    packages: { debian: DEBIAN, fedora: FEDORA },
    target: 'bin/undionly.kpxe',
  },
  'bios-kernel': {
    machine: 'BIOS machines',
    files: ['ipxe.lkrn'],
    packages: { debian: DEBIAN, fedora: FEDORA },
    target: 'bin/ipxe.lkrn',
  },
  'efi-x64': {
    machine: 'x86-64 UEFI machines',
    files: [
      ...['ipxe-amd64.efi', 'ipxe-x86_64.efi', 'x86_64-efi/ipxe.efi', 'x86_64/ipxe.efi', 'ipxe.efi'],
      ...['snponly-amd64.efi', 'ipxe-snponly-x86_64.efi', 'x86_64-efi/snponly.efi', 'snponly.efi'],
    ],
    packages: { debian: DEBIAN, fedora: FEDORA },
    target: 'bin-x86_64-efi/ipxe.efi',
  },
  'efi-arm64': {
    machine: 'arm64 UEFI machines',
    files: ['ipxe-arm64.efi', 'ipxe-aarch64.efi', 'arm64-efi/ipxe.efi', 'arm64/ipxe.efi', 'arm64-efi/snponly.efi'],
    packages: { debian: DEBIAN_13, fedora: { name: 'ipxe-bootimgs-aarch64', of: 'Fedora' } },
    target: 'bin-arm64-efi/ipxe.efi',
  },
  'efi-ia32': {
    machine: '32-bit x86 UEFI machines',
    files: ['ipxe-i386.efi', 'ipxe-ia32.efi', 'i386-efi/ipxe.efi', 'i386/ipxe.efi', 'ipxe-snponly-i386.efi'],
    packages: { fedora: FEDORA },
    target: 'bin-i386-efi/ipxe.efi',
  },
  'efi-riscv64': {
    machine: '64-bit RISC-V UEFI machines',
    files: ['ipxe-riscv64.efi', 'riscv64-efi/ipxe.efi', 'riscv64/ipxe.efi'],
    packages: { debian: DEBIAN_13 },
    target: 'bin-riscv64-efi/ipxe.efi',
  },
}

const SYSTEM_DIRECTORIES = [
  '/usr/lib/ipxe',
  '/usr/share/ipxe',
  '/boot',
  '/usr/share/ipxe/remote',
  '/opt/homebrew/share/ipxe',
]

/** Where {@link cacheIpxe} puts builds by default. */
export function ipxeCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kairos', 'ipxe')
}

/**
 * Looks for a build of iPXE: in the user's directory, where the system has them, then in the cache.
 *
 * @returns `undefined` when there is none
 * @throws KairosError `input/*` for one that is there but cannot be read
 */
export async function findIpxe(build: IpxeBuild, options: FindIpxeOptions = {}): Promise<ByteSource | undefined> {
  for (const directory of directoriesOf(options)) {
    for (const file of BUILDS[build].files) {
      const path = join(directory, file)
      const found = await stat(path).catch(() => undefined)
      if (found?.isFile() && found.size > 0) return fileSource(path)
    }
  }
  return undefined
}

/**
 * As {@link findIpxe}, for those who cannot go on without.
 *
 * @throws KairosError `ipxe/not-found`: names the kind of machine, the file, and what installs it
 */
export async function requireIpxe(build: IpxeBuild, options: FindIpxeOptions = {}): Promise<ByteSource> {
  const found = await findIpxe(build, options)
  if (found) return found
  throw ipxeNotFound(build, options)
}

/** The error that says what is missing for a kind of machine, where it was looked for, and what installs it. */
export function ipxeNotFound(build: IpxeBuild, options: FindIpxeOptions = {}): KairosError {
  const { machine, files } = BUILDS[build]
  return new KairosError(
    'ipxe/not-found',
    `iPXE for ${machine}: ${files[0]} expected in ${directoriesOf(options).join(', ')}, none found.`,
    { hint: `${installHint(build)}, or name a directory that has the file.` },
  )
}

/** What installs a build, as the beginning of a sentence. */
export function installHint(build: IpxeBuild): string {
  const { packages, target } = BUILDS[build]
  const { debian, fedora } = packages
  const commands = [
    ...(debian ? [`apt install ${debian.name} (${debian.of})`] : []),
    ...(fedora ? [`dnf install ${fedora.name} (${fedora.of})`] : []),
  ]
  if (commands.length === 0) return `Build it from the sources of iPXE with: make ${target}`
  return `Install it with: ${commands.join(', or ')}`
}

function directoriesOf(options: FindIpxeOptions): string[] {
  const { directory, cacheDirectory = ipxeCacheDirectory(), systemDirectories = SYSTEM_DIRECTORIES } = options
  return [...(directory === undefined ? [] : [directory]), ...systemDirectories, cacheDirectory]
}
