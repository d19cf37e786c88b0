import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeReference, encodeReference } from './metadata-reference.js'

describe('a metadata reference', () => {
  it('has the block above the offset, also where that takes more than 32 bits', () => {
    expect(encodeReference({ block: 0x1234_5678, offset: 0x1abc })).toBe(0x1234_5678_1abc)
  })

  it('survives with any values', () => {
    const position = fc.record({ block: fc.nat(0xffff_ffff), offset: fc.nat(0xffff) })
    fc.assert(
      fc.property(position, (value) => {
        expect(decodeReference(encodeReference(value))).toEqual(value)
      }),
    )
  })
})
