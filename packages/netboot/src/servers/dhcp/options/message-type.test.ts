import { describe, expect, it } from 'vitest'
import { MessageType, messageType, messageTypeName } from './message-type.js'
import { decodeOption } from './option-kind.js'

describe('message type', () => {
  it('is one byte', () => {
    expect(messageType.encode(MessageType.offer)).toEqual(Uint8Array.of(2))
    expect(decodeOption(messageType, Uint8Array.of(1))).toBe(MessageType.discover)
  })

  it("has the RFC's names", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(messageTypeName)).toEqual([
      'DHCPDISCOVER',
      'DHCPOFFER',
      'DHCPREQUEST',
      'DHCPDECLINE',
      'DHCPACK',
      'DHCPNAK',
      'DHCPRELEASE',
      'DHCPINFORM',
    ])
    expect(messageTypeName(99)).toBe('DHCP message type 99')
  })

  it('refuses nothing and two bytes', () => {
    expect(() => decodeOption(messageType, new Uint8Array(0))).toThrow('type: 1 byte expected at offset 0, 0 left')
    expect(() => decodeOption(messageType, new Uint8Array(2))).toThrow('1 more bytes found')
  })
})
