import { ByteWriter } from '../../bytes/writer.js'
import { FAT_COPIES, FAT_SECTOR_BYTES, type FatGeometry, SECTORS_PER_TRACK } from './geometry.js'

/** With FAT32: where the information sector and the copy of the boot sector lie. */
export const FS_INFORMATION_SECTOR = 1
export const BACKUP_BOOT_SECTOR = 6
export const FAT32_ROOT_CLUSTER = 2

export interface FatBootSector {
  readonly geometry: FatGeometry
  readonly volumeId: number
  /** 11 characters, filled up with spaces. */
  readonly label: string
}

/**
 * The boot sector with its BIOS parameter block (Microsoft FAT specification 1.03, "Boot Sector and BPB").
 *
 *     Offset  Size  Field (little-endian)
 *     0       3     jump over the parameters
 *     3       8     name of the formatting program
 *     11      2     bytes per sector
 *     13      1     sectors per cluster
 *     14      2     reserved sectors
 *     16      1     number of tables
 *     17      2     entries of the root directory, 0 with FAT32
 *     19      2     total sectors if below 65,536, and not FAT32
 *     21      1     media
 *     22      2     sectors of a table, 0 with FAT32
 *     24      2     sectors per track
 *     26      2     heads
 *     28      4     hidden sectors
 *     32      4     total sectors otherwise
 *
 * then with FAT32
 *
 *     36      4     sectors of a table
 *     40      2     flags: 0, all tables are alike
 *     42      2     version
 *     44      4     cluster of the root directory
 *     48      2     information sector
 *     50      2     copy of the boot sector
 *     52      12    reserved
 *
 * then (from 36, with FAT32 from 64)
 *
 *     +0      1     drive number
 *     +1      1     reserved
 *     +2      1     0x29: the next three are there
 *     +3      4     volume id
 *     +7      11    volume label
 *     +18     8     "FAT12   ", "FAT16   ", "FAT32   "
 *     +26           boot code
 *     510     2     signature 55 AA
 */
export function encodeFatBootSector({ geometry, volumeId, label }: FatBootSector): Uint8Array {
  const fat32 = geometry.type === 32
  const small = !fat32 && geometry.totalSectors < 0x10000
  const writer = new ByteWriter(FAT_SECTOR_BYTES, 'FAT boot sector')
    .bytes(Uint8Array.of(0xeb, fat32 ? 0x58 : 0x3c, 0x90), 'jump')
    // The name that the specification recommends: some systems look for it.
    .latin1('MSWIN4.1', 8, 'name')
    .uint16le(FAT_SECTOR_BYTES, 'bytes per sector')
    .uint8(geometry.sectorsPerCluster, 'sectors per cluster')
    .uint16le(geometry.reservedSectors, 'reserved sectors')
    .uint8(FAT_COPIES, 'number of tables')
    .uint16le(geometry.rootEntries, 'entries of the root directory')
    .uint16le(small ? geometry.totalSectors : 0, 'total sectors')
    .uint8(0xf8, 'media')
    .uint16le(fat32 ? 0 : geometry.tableSectors, 'sectors of a table')
    .uint16le(SECTORS_PER_TRACK, 'sectors per track')
    .uint16le(64, 'heads')
    .uint32le(0, 'hidden sectors')
    .uint32le(small ? 0 : geometry.totalSectors, 'total sectors')
  if (fat32) {
    writer
      .uint32le(geometry.tableSectors, 'sectors of a table')
      .skip(4, 'flags and version')
      .uint32le(FAT32_ROOT_CLUSTER, 'cluster of the root directory')
      .uint16le(FS_INFORMATION_SECTOR, 'information sector')
      .uint16le(BACKUP_BOOT_SECTOR, 'copy of the boot sector')
      .skip(12, 'reserved')
  }
  writer
    .uint8(0x80, 'drive number')
    .skip(1, 'reserved')
    .uint8(0x29, 'extended boot signature')
    .uint32le(volumeId, 'volume id')
    .latin1(label, 11, 'volume label', 0x20)
    .latin1(`FAT${geometry.type}`, 8, 'type', 0x20)
    // A BIOS that boots this halts, instead of running through zeros: hlt, and a jump back to it.
    .bytes(Uint8Array.of(0xf4, 0xeb, 0xfd), 'boot code')
  writer.skip(510 - writer.offset, 'boot code')
  return writer.uint16(0x55aa, 'signature').written
}

/**
 * FAT32's information sector (Microsoft FAT specification 1.03, "FAT32 FSInfo Sector Structure").
 *
 *     Offset  Size  Field (little-endian)
 *     0       4     "RRaA"
 *     484     4     "rrAa"
 *     488     4     free clusters
 *     492     4     cluster to look for free ones from
 *     508     4     signature 00 00 55 AA
 */
export function encodeFsInformation(freeClusters: number, nextFree: number): Uint8Array {
  return new ByteWriter(FAT_SECTOR_BYTES, 'FAT information sector')
    .latin1('RRaA', 4, 'signature')
    .skip(480, 'reserved')
    .latin1('rrAa', 4, 'signature')
    .uint32le(freeClusters, 'free clusters')
    .uint32le(nextFree, 'next free cluster')
    .skip(12, 'reserved')
    .uint32(0x000055aa, 'signature').written
}
