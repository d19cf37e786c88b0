import { describe, expect, it } from 'vitest'
import { clientNetworkInterface } from './client-network-interface.js'
import { decodeOption } from './option-kind.js'

describe('client network device interface', () => {
  it('is a type and a version', () => {
    const value = { type: 1, major: 3, minor: 16 }
    expect(decodeOption(clientNetworkInterface, Uint8Array.of(1, 3, 16))).toEqual(value)
    expect(clientNetworkInterface.encode(value)).toEqual(Uint8Array.of(1, 3, 16))
    expect(clientNetworkInterface.describe(value)).toBe('UNDI 3.16')
  })

  it('refuses two bytes and four', () => {
    expect(() => decodeOption(clientNetworkInterface, new Uint8Array(2))).toThrow(
      'minor version: 1 byte expected at offset 2, 0 left',
    )
    expect(() => decodeOption(clientNetworkInterface, new Uint8Array(4))).toThrow('1 more bytes found')
  })
})
