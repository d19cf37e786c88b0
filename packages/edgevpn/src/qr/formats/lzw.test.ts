import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LzwVariant, unpackLzw } from './lzw.js'

const GIF: LzwVariant = { sampleBits: 2, order: 'lowest-first', widensEarly: false }
const TIFF: LzwVariant = { sampleBits: 8, order: 'highest-first', widensEarly: true }

function unpack(hex: string, length: number, variant: LzwVariant): number[] {
  const target = new Uint8Array(length)
  return [...target.subarray(0, unpackLzw(Buffer.from(hex, 'hex'), target, variant))]
}

/** Packs without ever using the table: a clear code before it would grow, which any decoder must understand. */
function packPlainly(samples: Uint8Array, { sampleBits, order }: LzwVariant): Uint8Array {
  const clear = 1 << sampleBits
  const run = clear >> 1
  const codes: number[] = []
  samples.forEach((sample, at) => {
    if (at % run === 0) codes.push(clear)
    codes.push(sample)
  })
  codes.push(clear + 1)
  const bits = codes.map((code) => code.toString(2).padStart(sampleBits + 1, '0'))
  const stream = order === 'highest-first' ? bits.join('') : bits.map((code) => [...code].reverse().join('')).join('')
  const bytes = stream.match(/.{1,8}/g) ?? []
  return Uint8Array.from(bytes, (byte) => {
    const padded = byte.padEnd(8, '0')
    return Number.parseInt(order === 'highest-first' ? padded : [...padded].reverse().join(''), 2)
  })
}

describe('unpackLzw', () => {
  it('unpacks a code that is used while it is being defined', () => {
    // Clear, 1, 6 (being defined: 1 1), 7 (1 1 1), end: of 3, 3, 3, 4 and 4 bits.
    expect(unpack('8c5f', 6, GIF)).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('unpacks the example of the TIFF specification', () => {
    // Section 13: 7 7 7 8 8 7 7 6 6 is Clear 7 258 8 8 258 6 6 End.
    const codes = [256, 7, 258, 8, 8, 258, 6, 6, 257]
    const stream = codes.map((code) => code.toString(2).padStart(9, '0')).join('')
    const bytes = Uint8Array.from(stream.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2))
    const target = new Uint8Array(9)
    expect(unpackLzw(bytes, target, TIFF)).toBe(9)
    expect([...target]).toEqual([7, 7, 7, 8, 8, 7, 7, 6, 6])
  })

  it.each([
    ['GIF', GIF],
    ['TIFF', TIFF],
  ])('unpacks whatever was packed for %s', (_, variant) => {
    const samples = fc.uint8Array({ max: (1 << variant.sampleBits) - 1, maxLength: 500 })
    fc.assert(
      fc.property(samples, (whole) => {
        const target = new Uint8Array(whole.length)
        expect(unpackLzw(packPlainly(whole, variant), target, variant)).toBe(whole.length)
        expect(target).toEqual(whole)
      }),
    )
  })

  it('ends with any bytes, and never writes beyond its target', () => {
    const variants = fc.constantFrom(GIF, TIFF, { ...GIF, sampleBits: 8 }, { ...GIF, sampleBits: 1 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(2_000), variants, (packed, length, variant) => {
        expect(unpackLzw(packed, new Uint8Array(length), variant)).toBeLessThanOrEqual(length)
      }),
    )
  })
})
