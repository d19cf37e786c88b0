import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { throwIfAborted, translateError } from '@kairos-sdk/core'
import { memorySource } from '../../bytes/memory-source.js'
import { entryGrubConfig } from './grub-config.js'
import { type BiosGrub, type GrubArchitecture, REMOVABLE_MEDIA_FILE, type UefiGrub } from './images.js'

/** GRUB as it is installed on this machine. Its world can be replaced, for tests and for other places. */
export interface GrubHost {
  /** Programs to try. Default `grub-mkimage`, `grub2-mkimage`. */
  readonly programs?: readonly string[]
  /** Directories with a folder of modules for each platform. Default: where Linux distributions put them. */
  readonly directories?: readonly string[]
}

export const PROGRAMS = ['grub-mkimage', 'grub2-mkimage'] as const
export const DIRECTORIES = [
  '/usr/lib/grub',
  '/usr/share/grub2',
  '/usr/lib/grub2',
  '/usr/share/grub',
  '/opt/homebrew/lib/grub',
]
const PREFIX = '/boot/grub2'
const BIOS_PLATFORM = 'i386-pc'

const COMMON_MODULES = [
  ...['part_gpt', 'part_msdos', 'iso9660', 'fat', 'ext2', 'normal', 'configfile', 'linux', 'boot', 'chain', 'loopback'],
  ...['search', 'search_label', 'search_fs_file', 'search_fs_uuid', 'test', 'true', 'echo', 'ls', 'cat', 'help'],
  ...['gzio', 'gettext', 'font', 'gfxterm', 'gfxmenu', 'all_video', 'video', 'terminal', 'serial', 'sleep', 'halt'],
  ...['reboot', 'regexp', 'loadenv', 'minicmd', 'smbios'],
] as const
const BIOS_MODULES = [...COMMON_MODULES, 'biosdisk', 'vga', 'vbe', 'linux16'] as const
const EFI_MODULES = [...COMMON_MODULES, 'efi_gop', 'efi_uga', 'efifwsetup', 'tpm'] as const
const EFI_PLATFORM: Readonly<Record<GrubArchitecture, string>> = { amd64: 'x86_64-efi', arm64: 'arm64-efi' }
export const PLATFORMS: readonly string[] = [BIOS_PLATFORM, ...Object.values(EFI_PLATFORM)]
/** Without these GRUB neither finds the medium nor starts anything. */
const NEEDED = ['iso9660', 'normal', 'configfile', 'linux', 'search', 'search_label', 'search_fs_file']

export interface HostGrubOptions {
  /** Label of the medium that the image looks for. */
  readonly volumeLabel: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Makes GRUB's El Torito image with the host's grub-mkimage.
 *
 * @returns `undefined` when the program or GRUB's modules for a BIOS are not installed
 */
export async function hostBiosGrub(host: GrubHost, options: HostGrubOptions): Promise<BiosGrub | undefined> {
  const made = await makeImage(host, BIOS_PLATFORM, 'i386-pc-eltorito', BIOS_MODULES, options)
  if (!made) return undefined
  const hybridMbr = await readFile(join(made.directory, 'boot_hybrid.img')).catch(() => undefined)
  return { image: memorySource('eltorito.img', made.image), hybridMbr, origin: made.origin }
}

/**
 * Makes GRUB for UEFI with the host's grub-mkimage. It is not signed.
 *
 * @returns `undefined` when the program or GRUB's modules for the architecture are not installed
 */
export async function hostUefiGrub(
  host: GrubHost,
  arch: GrubArchitecture,
  options: HostGrubOptions,
): Promise<UefiGrub | undefined> {
  const made = await makeImage(host, EFI_PLATFORM[arch], EFI_PLATFORM[arch], EFI_MODULES, options)
  if (!made) return undefined
  const path = REMOVABLE_MEDIA_FILE[arch]
  return { files: [{ path, source: memorySource(path, made.image) }], shim: false, origin: made.origin }
}

interface MadeImage {
  readonly image: Uint8Array
  readonly directory: string
  readonly origin: string
}

async function makeImage(
  host: GrubHost,
  platform: string,
  format: string,
  wanted: readonly string[],
  options: HostGrubOptions,
): Promise<MadeImage | undefined> {
  const modules = await findModules(host, platform, wanted)
  if (!modules) return undefined
  const scratch = await mkdtemp(join(tmpdir(), 'kairos-grub-'))
  try {
    const config = join(scratch, 'embedded.cfg')
    const output = join(scratch, 'image')
    await writeFile(config, entryGrubConfig(options.volumeLabel))
    const args = ['-O', format, '-d', modules.directory, '-p', PREFIX, '-c', config, '-o', output, ...modules.names]
    for (const program of host.programs ?? PROGRAMS) {
      if (!(await run(program, args, options.signal))) continue
      return { image: await readFile(output), directory: modules.directory, origin: `${program} -O ${format}` }
    }
    return undefined
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function findModules(host: GrubHost, platform: string, wanted: readonly string[]) {
  for (const parent of host.directories ?? DIRECTORIES) {
    const directory = join(parent, platform)
    const files = new Set(await readdir(directory).catch(() => []))
    const has = (name: string) => files.has(`${name}.mod`)
    // Distributions leave some modules out; what is not there cannot be needed by their kernels.
    if (NEEDED.every(has)) return { directory, names: wanted.filter(has) }
  }
  return undefined
}

/** @returns false when there is no such program */
async function run(program: string, args: readonly string[], signal: AbortSignal | undefined): Promise<boolean> {
  throwIfAborted(signal, 'Cannot make a GRUB image')
  try {
    await promisify(execFile)(program, [...args], signal ? { signal } : {})
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw translateError(error, `Cannot make a GRUB image with ${program}`, 'grub/not-found')
  }
}
