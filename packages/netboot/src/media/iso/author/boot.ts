import type { ByteSource } from '../../../bytes/byte-source.js'
import { type BootCatalog, encodeBootCatalog, type SectionEntry } from '../structures/el-torito/boot-catalog.js'
import { EmulatedMedium } from '../structures/el-torito/boot-entry.js'
import { Platform } from '../structures/el-torito/validation-entry.js'

/** How a PC with a BIOS starts from the image. */
export interface BiosBoot {
  /** Path of the boot image among the entries: GRUB's eltorito.img, or isolinux.bin. */
  readonly path: string
  /** Sectors of 512 bytes that the BIOS loads. Default 4, the 2,048 bytes that load the rest. */
  readonly loadSectors?: number
  /** Default true, see `patchBootImage`. */
  readonly bootInfoTable?: boolean
  /** Default true, see `patchBootImage`. Of no use to isolinux.bin. */
  readonly grub2BootInfo?: boolean
  /** GRUB's boot_hybrid.img, which starts the same image from a disk. Default: none, the image starts from a CD only. */
  readonly hybridMbr?: Uint8Array | undefined
}

/** How a machine with UEFI starts from the image. */
export interface UefiBoot {
  /** A FAT image with EFI/BOOT/BOOTX64.EFI or the like. It becomes a partition, and the boot image of a CD. */
  readonly image: ByteSource
  /** Shows the FAT image as a file of this path, too. Default: it is not among the files. */
  readonly path?: string
}

/** The boot catalog for images at these sectors (El Torito 1.0); at least one is there. */
export function bootCatalogOf(
  bios: { readonly sector: number; readonly loadSectors: number } | undefined,
  uefi: { readonly sector: number; readonly size: number } | undefined,
): Uint8Array {
  const entries = [
    ...(bios ? [{ platform: Platform.x86, ...entry(bios.sector, bios.loadSectors) }] : []),
    // A count that does not fit is left out: firmware then takes the image to reach as far as its file system says.
    ...(uefi
      ? [{ platform: Platform.efi, ...entry(uefi.sector, uefi.size / 512 > 0xffff ? 0 : uefi.size / 512) }]
      : []),
  ]
  const [initial, ...others] = entries
  const catalog: BootCatalog = {
    validation: { platform: initial?.platform ?? Platform.x86, identifier: '' },
    initial: initial ?? entry(0, 0),
    sections: others.map((other) => ({ platform: other.platform, identifier: '', entries: [other] })),
  }
  return encodeBootCatalog(catalog)
}

function entry(loadSector: number, sectorCount: number): SectionEntry {
  return {
    bootable: true,
    emulation: EmulatedMedium.none,
    mediumFlags: 0,
    loadSegment: 0,
    systemType: 0,
    sectorCount,
    loadSector,
    selectionCriteriaType: 0,
    selectionCriteria: new Uint8Array(19),
    extensions: [],
  }
}
