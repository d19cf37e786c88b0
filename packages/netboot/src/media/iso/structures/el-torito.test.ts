import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, hex, itKeepsCodecLaws, uint8, uint16, uint32 } from '../testing/codec-laws.js'
import { type BootCatalog, decodeBootCatalog, encodeBootCatalog } from './el-torito/boot-catalog.js'
import { decodeSectionEntryExtension } from './el-torito/section-entry-extension.js'
import { decodeSectionHeader } from './el-torito/section-header.js'
import { encodeValidationEntry, Platform } from './el-torito/validation-entry.js'

const identifier = fc.string({ unit: fc.constantFrom(...'ABCdef'), maxLength: 24 })
const entry = {
  bootable: fc.boolean(),
  emulation: fc.integer({ min: 0, max: 15 }),
  mediumFlags: fc.constant(0),
  loadSegment: uint16,
  systemType: uint8,
  sectorCount: uint16,
  loadSector: uint32,
  selectionCriteriaType: uint8,
  selectionCriteria: bytesOf(19),
}
const sectionEntry = fc
  .record({ ...entry, extensions: fc.array(bytesOf(30), { maxLength: 2 }) })
  .map((value) => ({ ...value, mediumFlags: value.extensions.length > 0 ? 0x20 : 0 }))
const catalogs: fc.Arbitrary<BootCatalog> = fc.record({
  validation: fc.record({ platform: uint8, identifier }),
  initial: fc.record(entry),
  sections: fc.array(fc.record({ platform: uint8, identifier, entries: fc.array(sectionEntry, { maxLength: 3 }) }), {
    maxLength: 3,
  }),
})

describe('El Torito boot catalog', () => {
  it('has a validation entry whose words add up to zero', () => {
    expect(hex(encodeValidationEntry({ platform: Platform.x86, identifier: '' }))).toBe(
      `0100${'00'.repeat(26)}aa5555aa`,
    )
  })

  it('reads BIOS and UEFI entries as xorriso writes them', () => {
    const bytes = Buffer.alloc(2048)
    bytes.write(`0100${'00'.repeat(26)}aa5555aa`, 0, 'hex')
    bytes.write('88000000000004007900000000000000', 32, 'hex')
    bytes.write('91ef0100', 64, 'hex')
    bytes.write('8800000000000010960500000000', 96, 'hex')
    const { validation, initial, sections } = decodeBootCatalog(bytes)
    expect(validation.platform).toBe(Platform.x86)
    expect(initial).toMatchObject({ bootable: true, emulation: 0, sectorCount: 4, loadSector: 121 })
    expect(sections).toHaveLength(1)
    expect(sections[0]?.platform).toBe(Platform.efi)
    expect(sections[0]?.entries[0]).toMatchObject({ bootable: true, sectorCount: 4096, loadSector: 1430 })
  })

  it('says what is wrong with a validation entry, and where', () => {
    const wrong = encodeValidationEntry({ platform: 0, identifier: 'x' })
    wrong[5] = 1
    expect(() => decodeBootCatalog(wrong, 4096)).toThrow('words that add up to 0 expected at offset 4096')
    expect(() => decodeBootCatalog(new Uint8Array(2048), 4096)).toThrow('header 1 and key bytes 55 AA expected')
    expect(() => decodeBootCatalog(new Uint8Array(20))).toThrow('entry: 32 bytes expected at offset 0, 20 left')
  })

  it('knows its entries by their first byte', () => {
    expect(() => decodeSectionHeader(new Uint8Array(32))).toThrow('0x90 or 0x91 expected at offset 0, 0x0 found')
    expect(() => decodeSectionEntryExtension(new Uint8Array(32))).toThrow('0x44 expected at offset 0, 0x0 found')
  })

  itKeepsCodecLaws({ encode: encodeBootCatalog, decode: decodeBootCatalog, values: catalogs })
})
