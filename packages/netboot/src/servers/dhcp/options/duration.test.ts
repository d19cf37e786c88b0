import { describe, expect, it } from 'vitest'
import { INFINITE_SECONDS, leaseTime } from './duration.js'
import { decodeOption } from './option-kind.js'

describe('an option of seconds', () => {
  it('is four bytes, big-endian', () => {
    expect(leaseTime.encode(3_600)).toEqual(Uint8Array.of(0, 0, 0x0e, 0x10))
    expect(decodeOption(leaseTime, Uint8Array.of(0, 1, 0x51, 0x80))).toBe(86_400)
  })

  it('knows for ever', () => {
    expect(leaseTime.describe(decodeOption(leaseTime, leaseTime.encode(INFINITE_SECONDS)))).toBe('infinite')
    expect(leaseTime.describe(60)).toBe('60 s')
  })

  it('refuses three bytes and five', () => {
    expect(() => decodeOption(leaseTime, new Uint8Array(3))).toThrow('4 bytes expected at offset 0, 3 left')
    expect(() => decodeOption(leaseTime, new Uint8Array(5))).toThrow('1 more bytes found')
  })
})
