import { SECTOR_SIZE } from '../structures/sector.js'

/**
 * Boot information table that mkisofs -boot-info-table writes into a BIOS boot image, so that ISOLINUX and GRUB find
 * themselves (mkisofs(8), "EL TORITO BOOT INFORMATION TABLE"), little-endian.
 *
 *     Offset  Size  Field
 *     8       4     block of the primary volume descriptor
 *     12      4     first block of the boot image
 *     16      4     bytes of the boot image
 *     20      4     checksum: sum of all 32-bit words from offset 64
 *     24      40    reserved, zero
 *
 * GRUB's own, xorriso --grub2-boot-info, little-endian:
 *
 *     2548    8     sector of 512 bytes that follows the first one of the boot image, plus 4
 */
export const BOOT_INFO_OFFSET = 8
const BOOT_INFO_END = 64
export const GRUB2_BOOT_INFO_OFFSET = 2548
const SECTORS_PER_BLOCK = SECTOR_SIZE / 512
/** What GRUB adds: its code goes on in the image's sector 5. */
const GRUB2_ADDEND = 5

export interface BootInfo {
  /** The image has a boot information table that is right. */
  readonly table: boolean
  /** The image has GRUB's pointer to itself. */
  readonly grub2: boolean
}

/** Finds out which tables a boot image at a block has. */
export function bootInfoOf(image: Uint8Array, block: number, descriptorBlock: number): BootInfo {
  const view = new DataView(image.buffer, image.byteOffset, image.length)
  const table =
    image.length >= BOOT_INFO_END &&
    view.getUint32(8, true) === descriptorBlock &&
    view.getUint32(12, true) === block &&
    view.getUint32(16, true) === image.length &&
    view.getUint32(20, true) === bootInfoChecksum(image)
  const grub2 =
    image.length >= GRUB2_BOOT_INFO_OFFSET + 8 &&
    view.getBigUint64(GRUB2_BOOT_INFO_OFFSET, true) === BigInt(block * SECTORS_PER_BLOCK + GRUB2_ADDEND)
  return { table, grub2 }
}

/** A copy of a boot image with the tables filled in for its place. */
export function withBootInfo(image: Uint8Array, info: BootInfo, block: number, descriptorBlock: number): Uint8Array {
  const copy = Uint8Array.from(image)
  const view = new DataView(copy.buffer)
  if (info.grub2 && copy.length >= GRUB2_BOOT_INFO_OFFSET + 8) {
    view.setBigUint64(GRUB2_BOOT_INFO_OFFSET, BigInt(block * SECTORS_PER_BLOCK + GRUB2_ADDEND), true)
  }
  if (info.table && copy.length >= BOOT_INFO_END) {
    copy.fill(0, BOOT_INFO_OFFSET, BOOT_INFO_END)
    view.setUint32(8, descriptorBlock, true)
    view.setUint32(12, block, true)
    view.setUint32(16, copy.length, true)
    view.setUint32(20, bootInfoChecksum(copy), true)
  }
  return copy
}

function bootInfoChecksum(image: Uint8Array): number {
  let sum = 0
  for (let at = BOOT_INFO_END; at < image.length; at += 4) {
    const word =
      (image[at] ?? 0) | ((image[at + 1] ?? 0) << 8) | ((image[at + 2] ?? 0) << 16) | ((image[at + 3] ?? 0) << 24)
    sum = (sum + word) >>> 0
  }
  return sum
}
