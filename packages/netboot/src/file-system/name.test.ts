import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeName, encodeName } from './name.js'

describe('names', () => {
  it('survive whatever their bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect([...encodeName(decodeName(bytes))]).toEqual([...bytes])
      }),
    )
  })

  it('that are text are this text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeName(new TextEncoder().encode(text))).toBe(text)
      }),
    )
  })

  it.each([
    [[0x61, 0xff, 0x62], 'a\udcffb'],
    [[0xc3], '\udcc3'],
    [[0xc3, 0xa9, 0xc3], 'é\udcc3'],
    [[0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
    [[0xc0, 0xaf], '\udcc0\udcaf'],
    [[0xf0, 0x9f, 0x98, 0x80, 0x80], '😀\udc80'],
    [[0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
  ])('keep bytes that are not UTF-8 apart: %j', (bytes, text) => {
    expect(decodeName(Uint8Array.from(bytes))).toBe(text)
    expect([...encodeName(text)]).toEqual(bytes)
  })

  it('cannot have surrogates that stand for no byte', () => {
    for (const name of ['\ud800', '\udc00', '\udc7f', 'a\udfff']) {
      expect(() => encodeName(name)).toThrow(expect.objectContaining({ code: 'argument/invalid' }))
    }
  })
})
