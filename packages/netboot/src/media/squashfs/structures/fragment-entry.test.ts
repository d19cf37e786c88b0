import { describe, expect, it } from 'vitest'
import { decodeFragmentEntry, encodeFragmentEntry } from './fragment-entry.js'
import { structureReader } from './structure-reader.js'

describe('a fragment entry', () => {
  const bytes = Buffer.from('60000000010000000010000100000000', 'hex')

  it('has each field at its offset', () => {
    const entry = { start: 0x1_0000_0060, word: 0x0100_1000 }
    expect(Buffer.from(encodeFragmentEntry(entry))).toEqual(bytes)
    const reader = structureReader(bytes, 'fragment')
    expect(decodeFragmentEntry(reader)).toEqual(entry)
    reader.expectEnd()
  })

  it('that is cut off is damaged', () => {
    const reading = () => decodeFragmentEntry(structureReader(bytes.subarray(0, 15), 'fragment'))
    expect(reading).toThrow(expect.objectContaining({ code: 'squashfs/damaged' }))
  })
})
