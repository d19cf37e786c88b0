import { describe, expect, it } from 'vitest'
import { decodeOption } from '../option-kind.js'
import { DiscoveryControl, discoveryControl } from './discovery-control.js'

describe('PXE discovery control', () => {
  it('is a byte of bits', () => {
    expect(discoveryControl.encode(DiscoveryControl.useBootFile)).toEqual(Uint8Array.of(8))
    expect(decodeOption(discoveryControl, Uint8Array.of(3))).toBe(3)
  })

  it('refuses nothing and two bytes', () => {
    expect(() => decodeOption(discoveryControl, new Uint8Array(0))).toThrow('bits: 1 byte expected at offset 0, 0 left')
    expect(() => decodeOption(discoveryControl, new Uint8Array(2))).toThrow('1 more bytes found')
  })
})
