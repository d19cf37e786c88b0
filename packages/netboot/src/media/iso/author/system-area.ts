import { createHash } from 'node:crypto'
import {
  createGpt,
  type DiskExtent,
  encodeGpt,
  encodeMbr,
  GptAttribute,
  type GptPartition,
  gptBackupSectors,
  guidFromDigest,
  PartitionType,
  protectiveMbr,
} from '../../partitions/index.js'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS } from '../structures/sector.js'

const DISK_SECTOR = 512
const PER_SECTOR = SECTOR_SIZE / DISK_SECTOR

/** Where the EFI system partition begins at a multiple of: partitioning programs expect it of partitions. */
export const PARTITION_ALIGNMENT = (1024 * 1024) / SECTOR_SIZE

/** Where partitions end at a multiple of, in sectors of 2,048 bytes: programs warn of other ends. */
const END_ALIGNMENT = (32 * 1024) / SECTOR_SIZE

export interface SystemAreaLayout {
  /** Sectors of 2,048 bytes up to the end of the last file. */
  readonly contentSectors: number
  /** The EFI system partition, in sectors of 2,048 bytes. */
  readonly efi: { readonly sector: number; readonly sectors: number } | undefined
  /** Code for the MBR, ready to start. */
  readonly bootCode: Uint8Array | undefined
  /** What makes the GUIDs differ from those of other images. */
  readonly seed: string
}

/** Sectors of 2,048 bytes of an image with room for the backup partition table at its end. */
export function withBackupTable(contentSectors: number): number {
  return partitionsEnd(contentSectors) + Math.ceil(gptBackupSectors(DISK_SECTOR) / PER_SECTOR)
}

/**
 * MBR and GPT that make a disk of the image: partition 1 is the EFI system partition, if there is one, and the next one
 * covers everything behind it, so that no program takes that for free space. It ends last, hence can grow with the image.
 */
export function systemAreaOf(layout: SystemAreaLayout): DiskExtent[] {
  const diskSectors = withBackupTable(layout.contentSectors) * PER_SECTOR
  const guid = (purpose: string) => guidFromDigest(createHash('sha256').update(`${purpose}\0${layout.seed}`).digest())
  const partitions: GptPartition[] = []
  if (layout.efi) {
    partitions.push({
      type: PartitionType.efiSystem,
      guid: guid('EFI system partition'),
      firstSector: layout.efi.sector * PER_SECTOR,
      lastSector: (layout.efi.sector + layout.efi.sectors) * PER_SECTOR - 1,
      name: 'EFI system partition',
    })
  }
  const rest = layout.efi ? layout.efi.sector + layout.efi.sectors : SYSTEM_AREA_SECTORS
  const end = partitionsEnd(layout.contentSectors)
  if (end > rest) {
    partitions.push({
      type: PartitionType.basicData,
      guid: guid('ISO 9660'),
      firstSector: rest * PER_SECTOR,
      lastSector: end * PER_SECTOR - 1,
      // Without these Windows offers to format what it cannot read.
      attributes: GptAttribute.readOnly | GptAttribute.noAutomount,
      name: 'ISO 9660',
    })
  }
  const { primary, backup } = encodeGpt(createGpt({ diskSectors, diskGuid: guid('disk'), partitions }))
  const mbr = encodeMbr(
    protectiveMbr({
      diskSectors,
      ...(layout.bootCode ? { bootCode: layout.bootCode, activeEntry: true } : {}),
    }),
  )
  return [{ offset: 0, bytes: mbr }, ...primary, backup]
}

function partitionsEnd(contentSectors: number): number {
  return Math.ceil(contentSectors / END_ALIGNMENT) * END_ALIGNMENT
}
