import { describe, expect, it } from 'vitest'
import { decodeOption } from '../option-kind.js'
import { bootMenu } from './boot-menu.js'

const bytes = Buffer.from('\x00\x00\x05local\x80\x00\x06Kairos', 'latin1')
const entries = [
  { type: 0, text: 'local' },
  { type: 0x8000, text: 'Kairos' },
]

describe('PXE boot menu', () => {
  it('is a type and a text, as often as needed', () => {
    expect(decodeOption(bootMenu, bytes)).toEqual(entries)
    expect(Buffer.from(bootMenu.encode(entries))).toEqual(bytes)
    expect(bootMenu.describe(entries)).toBe('0: "local"; 32768: "Kairos"')
  })

  it('refuses what is cut off', () => {
    expect(() => decodeOption(bootMenu, bytes.subarray(0, 7))).toThrow('text: 5 bytes expected at offset 3, 4 left')
    expect(() => decodeOption(bootMenu, bytes.subarray(0, 9))).toThrow('type: 2 bytes expected at offset 8, 1 left')
  })
})
