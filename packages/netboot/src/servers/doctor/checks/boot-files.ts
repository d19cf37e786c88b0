import { type IpxeBuild, installHint } from '../../../media/ipxe/find-ipxe.js'
import type { Finding } from '../finding.js'
import type { DoctorProbes } from '../probes.js'

/** What machines each build is for, in the order in which they are met. */
const BUILDS = {
  'bios-undi': 'BIOS machines',
  'efi-x64': 'x86-64 UEFI machines',
  'efi-arm64': 'arm64 UEFI machines',
} as const satisfies Partial<Record<IpxeBuild, string>>

/** Looks for the iPXE builds that firmware is given. Machines whose network card has iPXE need none. */
export async function checkIpxe({ findIpxe }: Pick<DoctorProbes, 'findIpxe'>, directory?: string): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [build, machines] of Object.entries(BUILDS) as [keyof typeof BUILDS, string][]) {
    const source = await findIpxe(build, directory)
    findings.push(
      source
        ? {
            check: 'ipxe',
            level: 'ok',
            found: `iPXE for ${machines}: ${source.name}`,
            details: { build, file: source.name },
          }
        : {
            ...{ check: 'ipxe', level: 'warning', found: `No iPXE for ${machines} was found: these cannot boot.` },
            ...{ advice: `${installHint(build)}, or name a directory with --ipxe-dir.`, details: { build } },
          },
    )
  }
  if (findings.some(({ level }) => level === 'ok')) return findings
  // Without any, only cards that come with iPXE could boot: that is no netboot server.
  return findings.map((finding) => ({ ...finding, level: 'problem' }))
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
