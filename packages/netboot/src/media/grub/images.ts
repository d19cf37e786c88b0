import type { ByteSource } from '../../bytes/byte-source.js'

/** Architectures as release names spell them. */
export type GrubArchitecture = 'amd64' | 'arm64'

/** GRUB for a PC with a BIOS. */
export interface BiosGrub {
  /** For El Torito: cdboot.img and a core image. */
  readonly image: ByteSource
  /** boot_hybrid.img, for disks. Without it the medium starts from CD only. */
  readonly hybridMbr: Uint8Array | undefined
  readonly origin: string
}

/** A file of the EFI system partition. */
export interface EfiFile {
  /** `EFI/BOOT/BOOTX64.EFI` */
  readonly path: string
  readonly source: ByteSource
}

/** GRUB for a machine with UEFI, with the shim that Secure Boot needs if there is one. */
export interface UefiGrub {
  readonly files: readonly EfiFile[]
  /** True when a shim is there, which firmware with Secure Boot trusts. */
  readonly shim: boolean
  readonly origin: string
}

export interface GrubImages {
  readonly arch: GrubArchitecture
  readonly bios: BiosGrub | undefined
  readonly uefi: UefiGrub | undefined
  /** What a medium made of these cannot do, and how to change that; sentences for people. */
  readonly warnings: readonly string[]
}

/** Name of the file that UEFI firmware starts from a medium (UEFI Specification 2.10 section 3.5.1.1). */
export const REMOVABLE_MEDIA_FILE: Readonly<Record<GrubArchitecture, string>> = {
  amd64: 'EFI/BOOT/BOOTX64.EFI',
  arm64: 'EFI/BOOT/BOOTAA64.EFI',
}
