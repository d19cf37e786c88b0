import { ByteWriter } from '../../../../bytes/writer.js'
import { structureReader } from '../structure-reader.js'
import { CATALOG_ENTRY_SIZE } from './validation-entry.js'

/**
 * Boot entry: the initial one after the validation entry, and those of sections (El Torito 1.0 sections 2.2 and 2.4).
 *
 *     Offset  Size  Field
 *     0       1     0x88 bootable, 0x00 not
 *     1       1     bits 0-3 medium emulated; in a section bit 5: an extension follows
 *     2       2     load segment, little-endian; 0 is 0x7C0
 *     4       1     system type: the partition type of an emulated hard disk
 *     5       1     unused
 *     6       2     sectors of 512 bytes to load, little-endian
 *     8       4     first sector of the boot image, of 2,048 bytes, little-endian
 *     12      1     selection criteria type (section)
 *     13      19    selection criteria (section)
 */
export interface BootEntry {
  readonly bootable: boolean
  /** One of {@link EmulatedMedium}. */
  readonly emulation: number
  /** Bits 4 to 7 of the byte of the medium. */
  readonly mediumFlags: number
  readonly loadSegment: number
  readonly systemType: number
  /** Sectors of 512 bytes that firmware loads; for an EFI image 0 or 1 often stand for "to the end". */
  readonly sectorCount: number
  /** First sector of the boot image, of 2,048 bytes. */
  readonly loadSector: number
  readonly selectionCriteriaType: number
  /** 19 bytes. */
  readonly selectionCriteria: Uint8Array
}

export const EmulatedMedium = { none: 0, floppy1200: 1, floppy1440: 2, floppy2880: 3, hardDisk: 4 } as const

export const BOOTABLE = 0x88
export const NOT_BOOTABLE = 0x00
/** Bit of the byte of the medium: an extension record follows. */
export const EXTENSION_FOLLOWS = 0x20

/** @throws KairosError `iso/damaged` */
export function decodeBootEntry(bytes: Uint8Array, origin = 0): BootEntry {
  const reader = structureReader(bytes, 'El Torito boot entry', origin)
  const indicator = reader.uint8('boot indicator')
  const medium = reader.uint8('medium')
  const loadSegment = reader.uint16le('load segment')
  const systemType = reader.uint8('system type')
  reader.skip(1, 'unused')
  return {
    bootable: indicator === BOOTABLE,
    emulation: medium & 0x0f,
    mediumFlags: medium & 0xf0,
    loadSegment,
    systemType,
    sectorCount: reader.uint16le('sector count'),
    loadSector: reader.uint32le('load sector'),
    selectionCriteriaType: reader.uint8('selection criteria type'),
    selectionCriteria: reader.bytes(19, 'selection criteria'),
  }
}

export function encodeBootEntry(entry: BootEntry): Uint8Array {
  return new ByteWriter(CATALOG_ENTRY_SIZE, 'El Torito boot entry')
    .uint8(entry.bootable ? BOOTABLE : NOT_BOOTABLE, 'boot indicator')
    .uint8(entry.emulation | entry.mediumFlags, 'medium')
    .uint16le(entry.loadSegment, 'load segment')
    .uint8(entry.systemType, 'system type')
    .skip(1, 'unused')
    .uint16le(entry.sectorCount, 'sector count')
    .uint32le(entry.loadSector, 'load sector')
    .uint8(entry.selectionCriteriaType, 'selection criteria type')
    .bytes(entry.selectionCriteria, 'selection criteria').written
}
