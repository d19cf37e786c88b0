import { describe, expect, it } from 'vitest'
import { clientSystemArchitecture } from './client-system-architecture.js'
import { decodeOption } from './option-kind.js'

describe('client system architecture', () => {
  it('is two bytes for each type, most preferred first', () => {
    expect(clientSystemArchitecture.encode([16, 7])).toEqual(Uint8Array.of(0, 16, 0, 7))
    expect(decodeOption(clientSystemArchitecture, Uint8Array.of(0, 9))).toEqual([9])
    expect(clientSystemArchitecture.describe([0, 11])).toBe('0 (x86 BIOS), 11 (ARM 64-bit UEFI)')
  })

  it('refuses nothing, half a type and a type and a half', () => {
    const read = (length: number) => () => decodeOption(clientSystemArchitecture, new Uint8Array(length))
    expect(read(0)).toThrow('architecture: 2 bytes expected at offset 0, 0 left')
    expect(read(1)).toThrow('architecture: 2 bytes expected at offset 0, 1 left')
    expect(read(3)).toThrow('architecture: 2 bytes expected at offset 2, 1 left')
  })
})
