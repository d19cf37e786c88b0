import type { KairosError } from '@kairos-sdk/core'
import { type ByteSource, readFully } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { type FindIpxeOptions, findIpxe, type IpxeBuild, ipxeNotFound } from '../../media/ipxe/find-ipxe.js'
import { architectureType, type Platform } from '../dhcp/architecture.js'

/** The iPXE that machines of a platform start. */
export interface Firmware {
  readonly build: IpxeBuild
  /** Name towards machines. UEFI HTTP boot goes by the ending `.efi`. */
  readonly name: string
  readonly source: ByteSource
}

/** All builds that were found, by platform. */
export type FirmwareTable = ReadonlyMap<Platform, Firmware>

const BUILDS: Partial<Readonly<Record<Platform, { readonly build: IpxeBuild; readonly name: string }>>> = {
  bios: { build: 'bios-undi', name: 'undionly.kpxe' },
  'efi-x64': { build: 'efi-x64', name: 'ipxe.efi' },
  'efi-ia32': { build: 'efi-ia32', name: 'ipxe-i386.efi' },
  'efi-arm64': { build: 'efi-arm64', name: 'ipxe-arm64.efi' },
  'efi-riscv64': { build: 'efi-riscv64', name: 'ipxe-riscv64.efi' },
}

/**
 * Looks for the builds of all platforms, and reads them.
 *
 * @throws KairosError `ipxe/not-found` when there is none at all; `input/*` for one that cannot be read
 */
export async function findFirmware(options: FindIpxeOptions = {}): Promise<FirmwareTable> {
  const table = new Map<Platform, Firmware>()
  for (const [platform, { build, name }] of Object.entries(BUILDS)) {
    const source = await findIpxe(build, options)
    if (!source) continue
    // Builds are small, and in memory neither a rack that starts at once nor an upgrade of the package can disturb them.
    const content = await readFully(source, 0, source.size)
    table.set(platform as Platform, { build, name, source: memorySource(source.name, content) })
  }
  if (table.size === 0) throw ipxeNotFound('bios-undi', options)
  return table
}

export function firmwareFor(table: FirmwareTable, architecture: number): Firmware | undefined {
  const { platform } = architectureType(architecture)
  return platform && table.get(platform)
}

/** What is missing for a machine: the file and what installs it. `undefined` when iPXE does not exist for it. */
export function missingFirmware(
  architectures: readonly number[],
  options: FindIpxeOptions | undefined,
): KairosError | undefined {
  for (const architecture of architectures) {
    const { platform } = architectureType(architecture)
    const build = platform && BUILDS[platform]?.build
    if (build) return ipxeNotFound(build, options)
  }
  return undefined
}
