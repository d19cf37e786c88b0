import { describe, expect, it } from 'vitest'
import { decodeOption } from '../option-kind.js'
import { IpxeFeature, IpxeOption, ipxeEncapsulatedOptions } from './encapsulated-options.js'

const bytes = Buffer.from('b105011af41000130101eb03011501', 'hex')

describe('iPXE encapsulated options', () => {
  it('tell the network card, what is compiled in, and the version', () => {
    const values = decodeOption(ipxeEncapsulatedOptions, bytes)
    expect(values.get(IpxeOption.busId)).toEqual(Buffer.from('011af41000', 'hex'))
    expect(values.get(IpxeFeature.http)).toEqual(Buffer.from('01', 'hex'))
    expect(values.get(IpxeOption.version)).toEqual(Buffer.from('011501', 'hex'))
    expect(Buffer.from(ipxeEncapsulatedOptions.encode(values))).toEqual(bytes)
    expect(ipxeEncapsulatedOptions.describe(values)).toBe('busId=011af41000 http=01 version=011501')
  })

  it('refuses what is cut off', () => {
    expect(() => decodeOption(ipxeEncapsulatedOptions, bytes.subarray(0, 4))).toThrow(
      'option 175 (iPXE encapsulated options): sub-option 177: 5 bytes expected at offset 2, 2 left',
    )
  })
})
