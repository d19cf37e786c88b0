import { KairosError } from '@kairos-sdk/core'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS } from '../structures/sector.js'

/** Bytes that the two tables reach to: a boot image must have them. */
const BOOT_INFO_OFFSET = 8
const BOOT_INFO_BYTES = 56
const GRUB2_BOOT_INFO_OFFSET = 2548

export interface BootInfoOptions {
  /** First sector of the image, of 2,048 bytes. */
  readonly sector: number
  /** Write the boot information table that isolinux and GRUB's cdboot.img look for. */
  readonly bootInfoTable: boolean
  /** Write the place where GRUB's core, behind cdboot.img, goes on: what `--grub2-boot-info` of xorriso does. */
  readonly grub2BootInfo: boolean
}

/**
 * The boot image with what it must know about itself (mkisofs `-boot-info-table`).
 *
 *     Offset  Size  Field (little-endian)
 *     8       4     sector of the primary volume descriptor
 *     12      4     first sector of the boot image
 *     16      4     length of the boot image in bytes
 *     20      4     sum of all 32-bit words from offset 64 on
 *     24      40    reserved
 *     2548    8     GRUB: place of the image's sixth sector of 512 bytes
 *
 * @throws KairosError `argument/invalid` for an image that is too short
 */
export function patchBootImage(image: Uint8Array, options: BootInfoOptions): Uint8Array {
  const least = options.grub2BootInfo ? GRUB2_BOOT_INFO_OFFSET + 8 : BOOT_INFO_OFFSET + BOOT_INFO_BYTES
  const patches = options.bootInfoTable || options.grub2BootInfo
  if (patches && image.length < least) {
    throw new KairosError(
      'argument/invalid',
      `BIOS boot image: at least ${least} bytes expected, ${image.length} found.`,
      { hint: "Use GRUB's eltorito.img, or cdboot.img followed by a core image." },
    )
  }
  const bytes = Uint8Array.from(image)
  const view = new DataView(bytes.buffer)
  // 2,048 bytes of cdboot.img are four sectors; GRUB counts the sector behind its first one.
  if (options.grub2BootInfo) view.setBigUint64(GRUB2_BOOT_INFO_OFFSET, BigInt(options.sector) * 4n + 5n, true)
  if (options.bootInfoTable) {
    bytes.fill(0, BOOT_INFO_OFFSET, BOOT_INFO_OFFSET + BOOT_INFO_BYTES)
    view.setUint32(8, SYSTEM_AREA_SECTORS, true)
    view.setUint32(12, options.sector, true)
    view.setUint32(16, bytes.length, true)
    view.setUint32(20, sumOfWords(bytes), true)
  }
  return bytes
}

/** An image whose length is no multiple of four counts as if zeros followed. */
function sumOfWords(bytes: Uint8Array): number {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  padded.set(bytes)
  const view = new DataView(padded.buffer)
  let sum = 0
  for (let at = 64; at < padded.length; at += 4) sum = (sum + view.getUint32(at, true)) >>> 0
  return sum
}

/** Where boot_hybrid.img keeps the place that it loads GRUB's core from. */
const GRUB2_MBR_ADDRESS_OFFSET = 0x1b0

/**
 * The code of GRUB's boot_hybrid.img for a boot image: it loads what follows the four sectors of cdboot.img, which only a
 * CD needs.
 *
 * @param mbr - at least 440 bytes
 * @param sector - first sector of the boot image, of 2,048 bytes
 * @throws KairosError `argument/invalid`
 */
export function patchHybridMbr(mbr: Uint8Array, sector: number): Uint8Array {
  if (mbr.length < 440 || mbr.length > 512) {
    throw new KairosError('argument/invalid', `hybrid MBR: 440 to 512 bytes expected, ${mbr.length} found.`, {
      hint: "Use GRUB's boot_hybrid.img.",
    })
  }
  const code = Uint8Array.from(mbr.subarray(0, 440))
  new DataView(code.buffer).setBigUint64(GRUB2_MBR_ADDRESS_OFFSET, BigInt(sector * (SECTOR_SIZE / 512) + 4), true)
  return code
}
