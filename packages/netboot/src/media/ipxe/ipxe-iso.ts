import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { type FatEntry, fatImage } from '../fat/index.js'
import { type BiosGrub, findGrub, GRUB_CONFIG_PATH, type GrubHost } from '../grub/index.js'
import { type AuthorEntry, authorIso } from '../iso/author/index.js'
import { imageDate } from '../source-date.js'
import { efiBuildAbilities } from './efi-build.js'
import { type FindIpxeOptions, findIpxe, installHint } from './find-ipxe.js'
import { checkIpxeScript } from './script.js'

export interface IpxeIsoOptions {
  /** What iPXE is to do; begins with `#!ipxe`. */
  readonly script: string
  /** A directory with builds of iPXE, which is looked into before the system's. Default: none. */
  readonly ipxeDirectory?: string | undefined
  /** Further places, see `findIpxe`. */
  readonly ipxe?: Omit<FindIpxeOptions, 'directory'>
  /** GRUB for a BIOS, which starts iPXE. Default: made by this machine's grub-mkimage. */
  readonly grub?: BiosGrub | undefined
  /** Where to look for this machine's GRUB. */
  readonly host?: GrubHost | false
  /** Default `IPXE`. */
  readonly volumeLabel?: string
  /** Date of the image, see `authorIso`. */
  readonly date?: Date
  readonly signal?: AbortSignal | undefined
}

export interface IpxeIso extends ByteSource {
  /** What the medium cannot do, and how to change that; sentences for people. */
  readonly warnings: readonly string[]
  /** Kinds of machines that start from it. */
  readonly boots: readonly ('bios' | 'uefi-x64' | 'uefi-arm64')[]
}

const ELTORITO_PATH = '/boot/eltorito.img'
const EFI_BUILDS = [
  { build: 'efi-x64', boots: 'uefi-x64', path: 'EFI/BOOT/BOOTX64.EFI', machines: 'x86-64 machines with UEFI' },
  { build: 'efi-arm64', boots: 'uefi-arm64', path: 'EFI/BOOT/BOOTAA64.EFI', machines: 'arm64 machines with UEFI' },
] as const

/**
 * Makes a small image that starts iPXE with a script: on a BIOS through GRUB, which gives iPXE the script as if it were a
 * kernel with an initial RAM disk; on UEFI from the EFI system partition, where builds since 2021 find `autoexec.ipxe`.
 *
 * @throws KairosError `ipxe/not-found` when it would start on no machine at all, `ipxe/invalid-script`, and as `authorIso`
 */
export async function authorIpxeIso(options: IpxeIsoOptions): Promise<IpxeIso> {
  const { script, volumeLabel = 'IPXE', signal } = options
  checkIpxeScript(script)
  const date = imageDate(options.date)
  const places = { ...options.ipxe, directory: options.ipxeDirectory }
  const warnings: string[] = []
  const boots: IpxeIso['boots'][number][] = []
  const scriptSource = memorySource('autoexec.ipxe', script)
  const entries: AuthorEntry[] = [{ path: '/script.ipxe', type: 'file', source: scriptSource }]

  const kernel = await findIpxe('bios-kernel', places)
  const grub = kernel && (options.grub ?? (await hostGrub(options)))
  if (kernel && grub) {
    boots.push('bios')
    if (!grub.hybridMbr) {
      warnings.push(
        `The medium starts on machines with a BIOS from CD only: there is no boot_hybrid.img (${grub.origin}).`,
      )
    }
    entries.push(
      { path: '/ipxe.lkrn', type: 'file', source: kernel },
      { path: ELTORITO_PATH, type: 'file', source: grub.image },
      { path: GRUB_CONFIG_PATH, type: 'file', source: memorySource('grub.cfg', GRUB_CONFIG) },
    )
  } else {
    warnings.push(
      `The medium does not start on machines with a BIOS: ${kernel ? NO_GRUB : `there is no ipxe.lkrn. ${installHint('bios-kernel')}.`}`,
    )
  }

  const files: FatEntry[] = []
  const withoutHttps: string[] = []
  for (const { build, path, boots: kind, machines } of EFI_BUILDS) {
    const efi = await findIpxe(build, places)
    // Few need arm64; nobody is to be told to install it.
    if (!efi && build !== 'efi-x64') continue
    const abilities = efi && (await efiBuildAbilities(efi, { signal }))
    if (efi && abilities?.readsAutoexec) {
      boots.push(kind)
      if (!abilities.https) withoutHttps.push(efi.name)
      files.push({ path, type: 'file', source: efi })
      continue
    }
    warnings.push(
      `The medium does not start on ${machines}: ` +
        (efi
          ? `${efi.name} is a build that does not read a script from its boot volume. Use one from 2021 or later, ` +
            'as Debian 13 has it.'
          : `there is no iPXE for them. ${installHint(build)}.`),
    )
    if (efi && !abilities?.https) withoutHttps.push(efi.name)
  }
  if (/^(?!\s*#).*\bhttps:\/\//im.test(script) && withoutHttps.length > 0) {
    // A build for a BIOS is compressed; it comes from the same place and was made the same way.
    warnings.push(
      `The script loads from https: URLs, which this build of iPXE does not know: ${withoutHttps.join(', ')}. ` +
        'Use http: URLs, or another build.',
    )
  }
  if (boots.length === 0) {
    throw new KairosError('ipxe/not-found', `iPXE medium: a build of iPXE that can start expected, none found.`, {
      hint: warnings.join(' '),
    })
  }
  // Builds look beside themselves, older ones at the root of the volume.
  const scripts = ['autoexec.ipxe', 'EFI/BOOT/autoexec.ipxe']
  const partition: FatEntry[] = [
    ...files,
    ...scripts.map((path) => ({ path, type: 'file' as const, source: scriptSource })),
  ]
  const iso = await authorIso({
    name: 'ipxe.iso',
    volumeLabel,
    date,
    signal,
    entries,
    bios: kernel && grub ? { path: ELTORITO_PATH, hybridMbr: grub.hybridMbr } : undefined,
    uefi:
      files.length > 0 ? { image: fatImage({ name: 'uefi.img', label: 'IPXE', entries: partition, date }) } : undefined,
  })
  return { name: iso.name, size: iso.size, read: iso.read, warnings, boots }
}

const NO_GRUB =
  'there is no GRUB for a BIOS. Install it with: apt install grub-common grub-pc-bin (Debian, Ubuntu), or dnf install ' +
  'grub2-tools grub2-pc-modules (Fedora).'

const GRUB_CONFIG = `set timeout=0
menuentry iPXE {
    linux16 ($root)/ipxe.lkrn
    initrd16 ($root)/script.ipxe
}
`

async function hostGrub(options: IpxeIsoOptions): Promise<BiosGrub | undefined> {
  const { host, volumeLabel = 'IPXE', signal } = options
  try {
    const images = await findGrub({ volumeLabel, signal, ...(host === undefined ? {} : { host }) })
    return images.bios
  } catch (error) {
    if (KairosError.is(error, 'grub/not-found')) return undefined
    throw error
  }
}
