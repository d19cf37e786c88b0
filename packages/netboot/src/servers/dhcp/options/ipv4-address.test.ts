import { describe, expect, it } from 'vitest'
import { encodeIpv4Address, requestedAddress, serverIdentifier, subnetMask } from './ipv4-address.js'
import { decodeOption } from './option-kind.js'

describe('an option of one address', () => {
  it('is four bytes', () => {
    expect(serverIdentifier.encode('192.168.68.113')).toEqual(Uint8Array.of(192, 168, 68, 113))
    expect(decodeOption(serverIdentifier, Uint8Array.of(10, 0, 255, 1))).toBe('10.0.255.1')
    expect(decodeOption(subnetMask, subnetMask.encode('255.255.255.0'))).toBe('255.255.255.0')
  })

  it('refuses more and fewer', () => {
    expect(() => decodeOption(requestedAddress, new Uint8Array(3))).toThrow(
      'option 50 (requested IP address): address: 4 bytes expected at offset 0, 3 left',
    )
    expect(() => decodeOption(requestedAddress, new Uint8Array(5))).toThrow('1 more bytes found')
    expect(() => decodeOption(requestedAddress, new Uint8Array(0))).toThrow('0 left')
  })

  it.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '::1', 'a.b.c.d', '1.2.3.-4'])('does not write "%s"', (text) => {
    expect(() => encodeIpv4Address(text)).toThrow('An IPv4 address expected')
  })
})
