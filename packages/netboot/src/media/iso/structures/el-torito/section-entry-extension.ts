import { ByteWriter } from '../../../../bytes/writer.js'
import { structureReader } from '../structure-reader.js'
import { EXTENSION_FOLLOWS } from './boot-entry.js'
import { CATALOG_ENTRY_SIZE } from './validation-entry.js'

/**
 * Section entry extension: more selection criteria of the entry before it (El Torito 1.0 section 2.5).
 *
 *     Offset  Size  Field
 *     0       1     0x44
 *     1       1     bit 5: a further extension follows
 *     2       30    selection criteria
 */
export interface SectionEntryExtension {
  readonly more: boolean
  /** 30 bytes. */
  readonly selectionCriteria: Uint8Array
}

export const SECTION_ENTRY_EXTENSION = 0x44

/** @throws KairosError `iso/damaged` */
export function decodeSectionEntryExtension(bytes: Uint8Array, origin = 0): SectionEntryExtension {
  const reader = structureReader(bytes, 'El Torito section entry extension', origin)
  const indicator = reader.uint8('extension indicator')
  if (indicator !== SECTION_ENTRY_EXTENSION) {
    throw reader.error(`extension indicator: 0x44 expected at offset ${origin}, 0x${indicator.toString(16)} found`)
  }
  const more = (reader.uint8('extension flags') & EXTENSION_FOLLOWS) !== 0
  return { more, selectionCriteria: reader.bytes(30, 'selection criteria') }
}

export function encodeSectionEntryExtension(extension: SectionEntryExtension): Uint8Array {
  return new ByteWriter(CATALOG_ENTRY_SIZE, 'El Torito section entry extension')
    .uint8(SECTION_ENTRY_EXTENSION, 'extension indicator')
    .uint8(extension.more ? EXTENSION_FOLLOWS : 0, 'extension flags')
    .bytes(extension.selectionCriteria, 'selection criteria').written
}
