import { KairosError } from '@kairos-sdk/core'
import type { RootFileSystem } from '../../file-system/root-file-system.js'
import { type GrubHost, hostBiosGrub, hostUefiGrub } from './host-grub.js'
import type { GrubArchitecture, GrubImages } from './images.js'
import { biosGrubOf, uefiGrubOf } from './rootfs-grub.js'

export interface FindGrubOptions {
  /** Architecture of the machines that are to start. Default `amd64`. */
  readonly arch?: GrubArchitecture
  /** Where to look first: the root file system of the image that is to be installed. */
  readonly rootfs?: RootFileSystem | undefined
  /** This machine's GRUB, for what the root file system lacks. `false`: do not use it. */
  readonly host?: GrubHost | false
  /** Label of the medium, which a GRUB made here looks for. Default `COS_LIVE`. */
  readonly volumeLabel?: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds GRUB's boot images for installation media: signed ones with their shim in the root file system, else ones made by
 * the host's grub-mkimage. What could not be found, and what that means, is in `warnings`.
 *
 * @throws KairosError `grub/not-found` when there is nothing for either BIOS or UEFI, or grub-mkimage failed; `aborted`,
 *   and what `rootfs` throws
 */
export async function findGrub(options: FindGrubOptions = {}): Promise<GrubImages> {
  const { arch = 'amd64', rootfs, host = {}, volumeLabel = 'COS_LIVE', signal } = options
  const hostOptions = { volumeLabel, signal }
  const bios =
    arch === 'amd64'
      ? ((rootfs && (await biosGrubOf(rootfs, { signal }))) ??
        (host && (await hostBiosGrub(host, hostOptions))) ??
        undefined)
      : undefined
  const uefi =
    (rootfs && (await uefiGrubOf(rootfs, arch))) ?? (host && (await hostUefiGrub(host, arch, hostOptions))) ?? undefined
  const images = { arch, bios: bios || undefined, uefi: uefi || undefined }
  if (!images.bios && !images.uefi) {
    throw new KairosError(
      'grub/not-found',
      `GRUB for ${arch}: boot images in the root file system or a grub-mkimage on this machine expected, neither found.`,
      { hint: `Install GRUB here: ${installHint(arch)}.` },
    )
  }
  return { ...images, warnings: warningsFor(images) }
}

function warningsFor({ arch, bios, uefi }: Omit<GrubImages, 'warnings'>): string[] {
  const warnings: string[] = []
  if (arch === 'amd64' && !bios) {
    warnings.push(
      'The medium starts on machines with UEFI only: no GRUB image for a BIOS was found. ' +
        'To get one, install grub-pc-bin (Debian, Ubuntu), grub2-pc-modules (Fedora) or grub2-i386-pc (openSUSE) ' +
        'here or in the image.',
    )
  }
  if (bios && !bios.hybridMbr) {
    warnings.push(
      `The medium starts on machines with a BIOS from CD only, not from a USB stick: there is no boot_hybrid.img in ${bios.origin}.`,
    )
  }
  if (!uefi) {
    warnings.push(
      `The medium starts on machines with a BIOS only: no GRUB image for UEFI was found. To get one: ${installHint(arch)}.`,
    )
  }
  if (uefi && !uefi.shim) {
    warnings.push(
      `The medium does not start with Secure Boot: there is no shim beside GRUB (${uefi.origin}). ` +
        'Turn Secure Boot off, or use an image with shim-signed and grub-efi-signed.',
    )
  }
  return warnings
}

function installHint(arch: GrubArchitecture): string {
  const [debian, fedora, suse] =
    arch === 'amd64'
      ? [
          'grub-common grub-pc-bin grub-efi-amd64-bin',
          'grub2-tools grub2-pc-modules grub2-efi-x64-modules',
          'grub2 grub2-i386-pc grub2-x86_64-efi',
        ]
      : ['grub-common grub-efi-arm64-bin', 'grub2-tools grub2-efi-aa64-modules', 'grub2 grub2-arm64-efi']
  return `apt install ${debian} (Debian, Ubuntu), dnf install ${fedora} (Fedora), zypper install ${suse} (openSUSE)`
}
