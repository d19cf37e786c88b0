import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeDirectoryHeader,
  decodeDirectoryRecord,
  encodeDirectoryHeader,
  encodeDirectoryRecord,
} from './directory-listing.js'
import { structureReader } from './structure-reader.js'

describe('a directory listing', () => {
  it('has headers that count one less than there are entries', () => {
    const header = { count: 256, block: 0x1234, number: 77 }
    const hex = 'ff000000341200004d000000'
    expect(Buffer.from(encodeDirectoryHeader(header)).toString('hex')).toBe(hex)
    expect(decodeDirectoryHeader(structureReader(Buffer.from(hex, 'hex'), 'header'))).toEqual(header)
  })

  it('with more entries behind a header than the format has is damaged', () => {
    const bytes = Buffer.from('000100000000000000000000', 'hex')
    expect(() => decodeDirectoryHeader(structureReader(bytes, 'header'))).toThrow('at most 256 entries')
  })

  it('has entries with signed differences of inode numbers', () => {
    const record = { offset: 0x20, difference: -2, type: 1, nameSize: 3 }
    const hex = '2000feff01000200'
    expect(Buffer.from(encodeDirectoryRecord(record)).toString('hex')).toBe(hex)
    expect(decodeDirectoryRecord(structureReader(Buffer.from(hex, 'hex'), 'entry'))).toEqual(record)
  })

  it('has entries that survive with any values', () => {
    const record = fc.record({
      offset: fc.nat(0xffff),
      difference: fc.integer({ min: -32768, max: 32767 }),
      type: fc.nat(0xffff),
      nameSize: fc.integer({ min: 1, max: 0x10000 }),
    })
    fc.assert(
      fc.property(record, (value) => {
        expect(decodeDirectoryRecord(structureReader(encodeDirectoryRecord(value), 'entry'))).toEqual(value)
      }),
    )
  })

  it('that is cut off is damaged', () => {
    const damaged = expect.objectContaining({ code: 'squashfs/damaged' })
    expect(() => decodeDirectoryHeader(structureReader(new Uint8Array(11), 'header'))).toThrow(damaged)
    expect(() => decodeDirectoryRecord(structureReader(new Uint8Array(7), 'entry'))).toThrow(damaged)
  })
})
