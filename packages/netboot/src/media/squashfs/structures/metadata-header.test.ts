import { describe, expect, it } from 'vitest'
import { decodeMetadataHeader, encodeMetadataHeader } from './metadata-header.js'

describe('the header of a metadata block', () => {
  it.each([
    [{ size: 8192, compressed: false }, 0xa000],
    [{ size: 1, compressed: true }, 0x0001],
    [{ size: 0x1234, compressed: true }, 0x1234],
  ])('%j is %i', (header, word) => {
    expect([...encodeMetadataHeader(header)]).toEqual([word & 0xff, word >> 8])
    expect(decodeMetadataHeader(word)).toEqual(header)
  })
})
