import { describe, expect, it } from 'vitest'
import { decodeOption } from './option-kind.js'
import { optionOverload } from './option-overload.js'

describe('option overload', () => {
  it.each([
    [1, { file: true, sname: false }, 'file'],
    [2, { file: false, sname: true }, 'sname'],
    [3, { file: true, sname: true }, 'file and sname'],
  ])('is %i for %o', (byte, overload, words) => {
    expect(decodeOption(optionOverload, Uint8Array.of(byte))).toEqual(overload)
    expect(optionOverload.encode(overload)).toEqual(Uint8Array.of(byte))
    expect(optionOverload.describe(overload)).toBe(words)
  })

  it('refuses other numbers, nothing and more', () => {
    expect(() => decodeOption(optionOverload, Uint8Array.of(0))).toThrow('1, 2 or 3 expected, 0 found')
    expect(() => decodeOption(optionOverload, Uint8Array.of(4))).toThrow('4 found')
    expect(() => decodeOption(optionOverload, new Uint8Array(0))).toThrow('1 byte expected at offset 0, 0 left')
    expect(() => decodeOption(optionOverload, Uint8Array.of(1, 1))).toThrow('1 more bytes found')
  })
})
