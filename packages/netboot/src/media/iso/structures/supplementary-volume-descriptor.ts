import { ByteWriter } from '../../../bytes/writer.js'
import { readVolumeDescriptor, type VolumeDescriptor, writeVolumeDescriptor } from './primary-volume-descriptor.js'
import { SECTOR_SIZE } from './sector.js'
import { structureReader } from './structure-reader.js'
import { VolumeDescriptorType } from './volume-descriptor.js'

/**
 * Supplementary volume descriptor (ECMA-119 section 8.5): a second directory tree over the same files. Joliet is one
 * whose escape sequences say UCS-2 (Joliet specification, "SVD Escape Sequences Field"); one with version 2 is an
 * enhanced volume descriptor of ISO 9660:1999.
 *
 * The fields and their offsets are those of the primary volume descriptor, with these instead of unused bytes:
 *
 *     Offset  Size  Field
 *     7       1     volume flags
 *     88      32    escape sequences
 */
export interface SupplementaryVolumeDescriptor extends VolumeDescriptor {
  readonly volumeFlags: number
  /** 32 bytes, filled up with zeros. */
  readonly escapeSequences: Uint8Array
}

/** The escape sequences of UCS-2 level 1, 2 and 3; readers treat them alike. */
export const JOLIET_ESCAPE_SEQUENCES = { level1: '%/@', level2: '%/C', level3: '%/E' } as const

/** 1, 2 or 3 for a Joliet descriptor, `undefined` for another supplementary one. */
export function jolietLevel(escapeSequences: Uint8Array): 1 | 2 | 3 | undefined {
  const text = Buffer.from(escapeSequences).toString('latin1')
  if (text.startsWith(JOLIET_ESCAPE_SEQUENCES.level1)) return 1
  if (text.startsWith(JOLIET_ESCAPE_SEQUENCES.level2)) return 2
  if (text.startsWith(JOLIET_ESCAPE_SEQUENCES.level3)) return 3
  return undefined
}

/** @throws KairosError `iso/damaged` */
export function decodeSupplementaryVolumeDescriptor(sector: Uint8Array, origin = 0): SupplementaryVolumeDescriptor {
  const charset = jolietLevel(sector.subarray(88, 120)) === undefined ? 'latin1' : 'ucs2'
  const reader = structureReader(sector, 'supplementary volume descriptor', origin)
  const { descriptor, volumeFlags, escapeSequences } = readVolumeDescriptor(reader, charset, origin)
  return { ...descriptor, volumeFlags, escapeSequences }
}

export function encodeSupplementaryVolumeDescriptor(descriptor: SupplementaryVolumeDescriptor): Uint8Array {
  const { volumeFlags, escapeSequences } = descriptor
  const charset = jolietLevel(escapeSequences) === undefined ? 'latin1' : 'ucs2'
  const writer = new ByteWriter(SECTOR_SIZE, 'supplementary volume descriptor')
  writeVolumeDescriptor(writer, descriptor, VolumeDescriptorType.supplementary, charset, volumeFlags, escapeSequences)
  return writer.written
}
