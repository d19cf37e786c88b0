import { describe, expect, it } from 'vitest'
import { decodeOption } from '../option-kind.js'
import { bootItem } from './boot-item.js'

describe('PXE boot item', () => {
  it('is a type and a layer', () => {
    expect(decodeOption(bootItem, Uint8Array.of(0x80, 0, 0, 1))).toEqual({ type: 0x8000, layer: 1 })
    expect(bootItem.encode({ type: 0x8000, layer: 1 })).toEqual(Uint8Array.of(0x80, 0, 0, 1))
  })

  it('refuses three bytes and five', () => {
    expect(() => decodeOption(bootItem, new Uint8Array(3))).toThrow('layer: 2 bytes expected at offset 2, 1 left')
    expect(() => decodeOption(bootItem, new Uint8Array(5))).toThrow('1 more bytes found')
  })
})
