import { describe, expect, it } from 'vitest'
import { decodeOption } from './option-kind.js'
import { vendorSpecificInformation } from './vendor-specific-information.js'

describe('vendor specific information', () => {
  it('is sub-options with an end', () => {
    const values = new Map([[6, Uint8Array.of(8)]])
    expect(Buffer.from(vendorSpecificInformation.encode(values)).toString('hex')).toBe('060108ff')
    expect(decodeOption(vendorSpecificInformation, Uint8Array.of(6, 1, 8, 255))).toEqual(values)
  })

  it('may have padding, no end, and rubbish behind the end', () => {
    expect([...decodeOption(vendorSpecificInformation, Buffer.from('00060108', 'hex')).keys()]).toEqual([6])
    expect([...decodeOption(vendorSpecificInformation, Buffer.from('060108ff0701', 'hex')).keys()]).toEqual([6])
    expect(decodeOption(vendorSpecificInformation, new Uint8Array(0)).size).toBe(0)
  })

  it('joins the parts of a long value, and makes them', () => {
    const values = new Map([[9, new Uint8Array(300).fill(7)]])
    const bytes = vendorSpecificInformation.encode(values)
    expect(bytes).toHaveLength(2 + 255 + 2 + 45 + 1)
    expect([...(decodeOption(vendorSpecificInformation, bytes).get(9) ?? [])]).toEqual(new Array(300).fill(7))
  })

  it('refuses a sub-option that is cut off', () => {
    expect(() => decodeOption(vendorSpecificInformation, Uint8Array.of(6, 2, 8))).toThrow(
      '2 bytes expected at offset 2',
    )
    expect(() => decodeOption(vendorSpecificInformation, Uint8Array.of(6))).toThrow(
      'sub-option length: 1 byte expected',
    )
  })
})
