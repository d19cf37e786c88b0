import { describe, expect, it } from 'vitest'
import { domainNameServers, routers, tftpServerAddresses } from './ipv4-addresses.js'
import { decodeOption } from './option-kind.js'

describe('an option of several addresses', () => {
  it('holds four bytes for each, in order', () => {
    const bytes = Uint8Array.of(10, 0, 0, 1, 10, 0, 0, 2)
    expect(decodeOption(routers, bytes)).toEqual(['10.0.0.1', '10.0.0.2'])
    expect(new Uint8Array(routers.encode(['10.0.0.1', '10.0.0.2']))).toEqual(bytes)
    expect(decodeOption(tftpServerAddresses, bytes.subarray(0, 4))).toEqual(['10.0.0.1'])
  })

  it('refuses none, and one that is cut off', () => {
    expect(() => decodeOption(domainNameServers, new Uint8Array(0))).toThrow('4 bytes expected at offset 0, 0 left')
    expect(() => decodeOption(domainNameServers, new Uint8Array(7))).toThrow('4 bytes expected at offset 4, 3 left')
  })
})
