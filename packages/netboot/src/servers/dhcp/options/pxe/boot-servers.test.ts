import { describe, expect, it } from 'vitest'
import { decodeOption } from '../option-kind.js'
import { bootServers } from './boot-servers.js'

const bytes = Buffer.from('8000010a0000010001020a0000020a000003', 'hex')
const servers = [
  { type: 0x8000, addresses: ['10.0.0.1'] },
  { type: 1, addresses: ['10.0.0.2', '10.0.0.3'] },
]

describe('PXE boot servers', () => {
  it('is a type, a count and addresses, as often as needed', () => {
    expect(decodeOption(bootServers, bytes)).toEqual(servers)
    expect(Buffer.from(bootServers.encode(servers))).toEqual(bytes)
    expect(bootServers.describe(servers)).toBe('32768: 10.0.0.1; 1: 10.0.0.2, 10.0.0.3')
  })

  it('refuses what is cut off', () => {
    expect(() => decodeOption(bootServers, bytes.subarray(0, 6))).toThrow(
      'address: 4 bytes expected at offset 3, 3 left',
    )
    expect(() => decodeOption(bootServers, bytes.subarray(0, 8))).toThrow('type: 2 bytes expected at offset 7, 1 left')
  })
})
