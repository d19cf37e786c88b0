import { ByteWriter } from '../../../../bytes/writer.js'
import { structureReader } from '../structure-reader.js'
import { CATALOG_ENTRY_SIZE } from './validation-entry.js'

/**
 * Section header entry (El Torito 1.0 section 2.3).
 *
 *     Offset  Size  Field
 *     0       1     0x90 more headers follow, 0x91 last header
 *     1       1     platform
 *     2       2     number of entries in this section, little-endian
 *     4       28    identifier
 */
export interface SectionHeader {
  readonly last: boolean
  readonly platform: number
  readonly entryCount: number
  readonly identifier: string
}

export const SECTION_HEADER_MORE = 0x90
export const SECTION_HEADER_LAST = 0x91

/** @throws KairosError `iso/damaged` */
export function decodeSectionHeader(bytes: Uint8Array, origin = 0): SectionHeader {
  const reader = structureReader(bytes, 'El Torito section header', origin)
  const header = reader.uint8('header indicator')
  if (header !== SECTION_HEADER_MORE && header !== SECTION_HEADER_LAST) {
    throw reader.error(`header indicator: 0x90 or 0x91 expected at offset ${origin}, 0x${header.toString(16)} found`)
  }
  return {
    last: header === SECTION_HEADER_LAST,
    platform: reader.uint8('platform'),
    entryCount: reader.uint16le('number of entries'),
    identifier: reader.latin1(28, 'identifier').replace(/[\0 ]+$/, ''),
  }
}

export function encodeSectionHeader(header: SectionHeader): Uint8Array {
  return new ByteWriter(CATALOG_ENTRY_SIZE, 'El Torito section header')
    .uint8(header.last ? SECTION_HEADER_LAST : SECTION_HEADER_MORE, 'header indicator')
    .uint8(header.platform, 'platform')
    .uint16le(header.entryCount, 'number of entries')
    .latin1(header.identifier, 28, 'identifier').written
}
