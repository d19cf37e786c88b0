import { describe, expect, it } from 'vitest'
import { decodeOption } from './option-kind.js'
import { bootFileSize, maximumMessageSize } from './uint16.js'

describe('an option of two bytes', () => {
  it('is big-endian', () => {
    expect(maximumMessageSize.encode(1472)).toEqual(Uint8Array.of(0x05, 0xc0))
    expect(decodeOption(maximumMessageSize, Uint8Array.of(0x05, 0xc0))).toBe(1472)
    expect(maximumMessageSize.describe(1472)).toBe('1472 bytes')
  })

  it('refuses one byte, three, and what does not fit', () => {
    expect(() => decodeOption(bootFileSize, new Uint8Array(1))).toThrow('2 bytes expected at offset 0, 1 left')
    expect(() => decodeOption(bootFileSize, new Uint8Array(3))).toThrow('1 more bytes found')
    expect(() => bootFileSize.encode(65_536)).toThrow('boot file size: number: a whole number from 0 to 65535 expected')
  })
})
