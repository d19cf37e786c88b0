import { describe, expect, it } from 'vitest'
import { clientIdentifier } from './client-identifier.js'
import { decodeOption } from './option-kind.js'

describe('client identifier', () => {
  it('is a type and what identifies', () => {
    const bytes = Uint8Array.of(1, 0x52, 0x54, 0, 0x12, 0x34, 0x56)
    const value = decodeOption(clientIdentifier, bytes)
    expect(value).toEqual({ type: 1, identifier: bytes.subarray(1) })
    expect(clientIdentifier.encode(value)).toEqual(bytes)
    expect(clientIdentifier.describe(value)).toBe('1:525400123456')
  })

  it('refuses nothing and a type alone', () => {
    expect(() => decodeOption(clientIdentifier, new Uint8Array(0))).toThrow('type: 1 byte expected at offset 0, 0 left')
    expect(() => decodeOption(clientIdentifier, Uint8Array.of(1))).toThrow('identifier: 1 byte expected at offset 1')
  })
})
