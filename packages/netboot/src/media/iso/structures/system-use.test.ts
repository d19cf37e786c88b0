import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, hex, itKeepsCodecLaws, uint8, uint32, unhex } from '../testing/codec-laws.js'
import { decodeContinuationArea, encodeContinuationArea } from './susp/continuation-area.js'
import { decodeExtensionSelector, encodeExtensionSelector } from './susp/extension-selector.js'
import { decodeExtensionsReference, encodeExtensionsReference, ROCK_RIDGE_1991A } from './susp/extensions-reference.js'
import { decodeSharingProtocol, encodeSharingProtocol } from './susp/sharing-protocol.js'
import { encodeSystemUseTerminator } from './susp/terminator.js'
import { decodeSystemUse, encodeSystemUseEntry } from './system-use-entry.js'

/** The data of the one entry in an area. */
const dataOf = (area: Uint8Array) => decodeSystemUse(area)[0]?.data ?? new Uint8Array(0)

describe('system use area', () => {
  it('ends at ST, at zeros, and where no entry fits any more', () => {
    const px = encodeSystemUseEntry('PX', new Uint8Array(4))
    const names = (...parts: Uint8Array[]) => decodeSystemUse(Buffer.concat(parts)).map(({ signature }) => signature)
    expect(names(px, encodeSystemUseTerminator(), px)).toEqual(['PX', 'ST'])
    expect(names(px, new Uint8Array(9), px)).toEqual(['PX'])
    expect(names(px, unhex('4e4d ff 01 00 61'))).toEqual(['PX'])
    expect(names(px, unhex('00'))).toEqual(['PX'])
  })

  it('refuses to write more than the length byte can say', () => {
    expect(() => encodeSystemUseEntry('NM', new Uint8Array(252))).toThrow('NM entry: at most 255 bytes expected')
  })

  it('ends on any bytes', () => {
    fc.assert(fc.property(bytesOf(0, 300), (area) => decodeSystemUse(area).length <= area.length / 4))
  })
})

describe('SP', () => {
  it('is BE EF and the bytes to skip', () => {
    expect(hex(encodeSharingProtocol({ skip: 14 }))).toBe('53500701beef0e')
    expect(decodeSharingProtocol(unhex('beee00'))).toBeUndefined()
  })

  itKeepsCodecLaws({
    encode: encodeSharingProtocol,
    decode: (area) => decodeSharingProtocol(dataOf(area)),
    values: fc.record({ skip: uint8 }),
  })
})

describe('CE', () => {
  it('has its three numbers in both byte orders', () => {
    expect(hex(encodeContinuationArea({ block: 20, offset: 0, length: 280 }))).toBe(
      '43451c01' + '1400000000000014' + '0000000000000000' + '1801000000000118',
    )
  })

  itKeepsCodecLaws({
    encode: encodeContinuationArea,
    decode: (area) => decodeContinuationArea(dataOf(area)),
    values: fc.record({ block: uint32, offset: uint32, length: uint32 }),
  })
})

describe('ER', () => {
  it('names Rock Ridge as mkisofs and xorriso do, in 237 bytes', () => {
    const entry = encodeExtensionsReference(ROCK_RIDGE_1991A)
    expect(hex(entry.subarray(0, 8))).toBe('4552ed010a548701')
    expect(entry).toHaveLength(237)
  })

  const word = fc.string({ unit: fc.constantFrom(...'ABCDEFGH '), maxLength: 60 })
  itKeepsCodecLaws({
    encode: encodeExtensionsReference,
    decode: (area) => decodeExtensionsReference(dataOf(area)),
    values: fc.record({ identifier: word, description: word, source: word, extensionVersion: uint8 }),
  })
})

describe('ES', () => {
  itKeepsCodecLaws({
    encode: encodeExtensionSelector,
    decode: (area) => decodeExtensionSelector(dataOf(area)),
    values: fc.record({ extension: uint8 }),
  })
})
