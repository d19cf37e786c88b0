import { type IpxeBuild, installHint } from '../../../media/ipxe/find-ipxe.js'
import type { Finding } from '../finding.js'
import type { DoctorProbes } from '../probes.js'

interface Machines {
  readonly build: IpxeBuild
  readonly machines: string
  /** Most networks have none: it is no fault to lack their build, which hardly a distribution has. */
  readonly rare: boolean
}

/** What machines each build is for, in the order in which they are met. */
const BUILDS: readonly Machines[] = [
  { build: 'bios-undi', machines: 'BIOS machines', rare: false },
  { build: 'efi-x64', machines: 'x86-64 UEFI machines', rare: false },
  { build: 'efi-arm64', machines: 'arm64 UEFI machines', rare: false },
  { build: 'efi-ia32', machines: '32-bit x86 UEFI machines', rare: true },
  { build: 'efi-riscv64', machines: '64-bit RISC-V UEFI machines', rare: true },
]

/** Looks for the iPXE builds that firmware is given. Machines whose network card has iPXE need none. */
export async function checkIpxe({ findIpxe }: Pick<DoctorProbes, 'findIpxe'>, directory?: string): Promise<Finding[]> {
  const builds = await Promise.all(
    BUILDS.map(async (kind) => ({ ...kind, source: await findIpxe(kind.build, directory) })),
  )
  // Without any, only cards that come with iPXE could boot: that is no netboot server.
  const none = builds.every(({ source }) => source === undefined)
  return builds.map(({ build, machines, rare, source }) => {
    if (source) {
      const found = `iPXE for ${machines}: ${source.name}`
      return { check: 'ipxe', level: 'ok', found, details: { build, file: source.name } }
    }
    return {
      ...{ check: 'ipxe', level: none ? 'problem' : rare ? 'ok' : 'warning' },
      found: rare
        ? `No iPXE for ${machines}, which are rare.`
        : `No iPXE for ${machines} was found: these cannot boot.`,
      advice: `${installHint(build)}, or name a directory with --ipxe-dir.`,
      details: { build },
    }
  })
}

/** Looks for the GRUB that bootable ISO images need; netboot does without. */
export async function checkGrub({ findGrub }: Pick<DoctorProbes, 'findGrub'>): Promise<Finding[]> {
  const images = await findGrub('amd64')
  const kinds = [images?.bios && 'BIOS', images?.uefi && 'UEFI'].filter((kind) => kind !== undefined)
  const details = { bios: images?.bios?.origin ?? null, uefi: images?.uefi?.origin ?? null }
  if (kinds.length === 2) {
    return [{ check: 'grub', level: 'ok', found: `GRUB for ISO images: ${kinds.join(' and ')}.`, details }]
  }
  const missing = kinds.length === 0 ? 'GRUB' : `GRUB for ${kinds[0] === 'BIOS' ? 'UEFI' : 'BIOS'}`
  return [
    {
      ...{ check: 'grub', level: 'warning', details },
      found: `No ${missing} was found here: ISO images can have only the one that their system brings along.`,
      advice:
        'Install it with: apt install grub-common grub-pc-bin grub-efi-amd64-bin (Debian, Ubuntu), or ' +
        'dnf install grub2-tools-minimal grub2-pc-modules grub2-efi-x64-modules (Fedora).',
    },
  ]
}
