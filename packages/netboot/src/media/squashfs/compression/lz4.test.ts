import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeLz4Block } from './lz4.js'

const decode = (hex: string, limit = 1000) =>
  Buffer.from(decodeLz4Block(Buffer.from(hex.replaceAll(' ', ''), 'hex'), limit)).toString('latin1')

describe('an LZ4 block', () => {
  it.each([
    ['only literals', '30 616263', 'abc'],
    ['a match', '32 616263 0300 10 78', `abc${'abcabc'}x`],
    ['a match that overlaps its copy', '14 61 0100 10 62', `a${'a'.repeat(8)}b`],
    ['long lengths', `f0 02 ${'61'.repeat(17)}`, 'a'.repeat(17)],
    ['a long match', '1f 61 0100 ff 00 10 62', `a${'a'.repeat(15 + 255 + 4)}b`],
  ])('of %s is decoded', (_, hex, text) => {
    expect(decode(hex)).toBe(text)
  })

  it.each([
    ['is cut off in literals', '30 6162'],
    ['is cut off in a length', 'f0 ff'],
    ['is cut off in a distance', '14 61 01'],
    ['has a distance of nothing', '14 61 0000'],
    ['has a distance before its start', '14 61 0200'],
  ])('that %s is damaged', (_, hex) => {
    expect(() => decode(hex)).toThrow(expect.objectContaining({ code: 'squashfs/damaged' }))
  })

  it('gives no more than its limit', () => {
    expect(() => decode('30 616263', 2)).toThrow('at most 2 bytes expected')
    expect(() => decode(`1f 61 0100 ${'ff'.repeat(500)} 00`, 1000)).toThrow('at most 1000 bytes expected')
  })

  it('of any bytes gives bytes or an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(decodeLz4Block(bytes, 500).length).toBeLessThanOrEqual(500)
        } catch (error) {
          expect(error).toMatchObject({ code: 'squashfs/damaged' })
        }
      }),
    )
  })
})
