import { type BootEntry, decodeBootEntry, EXTENSION_FOLLOWS, encodeBootEntry } from './boot-entry.js'
import {
  decodeSectionEntryExtension,
  encodeSectionEntryExtension,
  SECTION_ENTRY_EXTENSION,
} from './section-entry-extension.js'
import { decodeSectionHeader, encodeSectionHeader, SECTION_HEADER_LAST, SECTION_HEADER_MORE } from './section-header.js'
import {
  CATALOG_ENTRY_SIZE,
  decodeValidationEntry,
  encodeValidationEntry,
  type ValidationEntry,
} from './validation-entry.js'

/** An entry of a section, with the selection criteria of its extensions. */
export interface SectionEntry extends BootEntry {
  /** 30 bytes each. */
  readonly extensions: readonly Uint8Array[]
}

export interface BootSection {
  readonly platform: number
  readonly identifier: string
  readonly entries: readonly SectionEntry[]
}

/** Boot catalog (El Torito 1.0 section 2.0): entries of 32 bytes each, the first two always there. */
export interface BootCatalog {
  readonly validation: ValidationEntry
  readonly initial: BootEntry
  readonly sections: readonly BootSection[]
}

/**
 * @param bytes - the catalog and whatever follows it in its sectors
 * @param origin - where the bytes lie in the image, for error messages
 * @throws KairosError `iso/damaged`
 */
export function decodeBootCatalog(bytes: Uint8Array, origin = 0): BootCatalog {
  const slot = (index: number) => bytes.subarray(index * CATALOG_ENTRY_SIZE, (index + 1) * CATALOG_ENTRY_SIZE)
  const at = (index: number) => origin + index * CATALOG_ENTRY_SIZE
  const validation = decodeValidationEntry(slot(0), at(0))
  const initial = decodeBootEntry(slot(1), at(1))
  const sections: BootSection[] = []
  let index = 2
  // Catalogs without sections end here, with zeros or with the end of the bytes.
  for (let last = false; !last; ) {
    const indicator = slot(index)[0]
    if (indicator !== SECTION_HEADER_MORE && indicator !== SECTION_HEADER_LAST) break
    const header = decodeSectionHeader(slot(index), at(index))
    index++
    const entries: SectionEntry[] = []
    for (let count = 0; count < header.entryCount; count++) {
      const entry = decodeBootEntry(slot(index), at(index))
      index++
      const extensions: Uint8Array[] = []
      let more = (entry.mediumFlags & EXTENSION_FOLLOWS) !== 0
      while (more && slot(index)[0] === SECTION_ENTRY_EXTENSION) {
        const extension = decodeSectionEntryExtension(slot(index), at(index))
        extensions.push(extension.selectionCriteria)
        more = extension.more
        index++
      }
      entries.push({ ...entry, extensions })
    }
    sections.push({ platform: header.platform, identifier: header.identifier, entries })
    last = header.last
  }
  return { validation, initial, sections }
}

/** The bytes of the catalog, without the zeros that fill its last sector. */
export function encodeBootCatalog(catalog: BootCatalog): Uint8Array {
  const slots = [encodeValidationEntry(catalog.validation), encodeBootEntry(catalog.initial)]
  catalog.sections.forEach((section, index) => {
    const last = index === catalog.sections.length - 1
    const { platform, identifier, entries } = section
    slots.push(encodeSectionHeader({ last, platform, identifier, entryCount: entries.length }))
    for (const entry of entries) {
      const flag = entry.extensions.length > 0 ? EXTENSION_FOLLOWS : 0
      slots.push(encodeBootEntry({ ...entry, mediumFlags: (entry.mediumFlags & ~EXTENSION_FOLLOWS) | flag }))
      entry.extensions.forEach((selectionCriteria, extension) => {
        const more = extension < entry.extensions.length - 1
        slots.push(encodeSectionEntryExtension({ more, selectionCriteria }))
      })
    }
  })
  return new Uint8Array(Buffer.concat(slots))
}
