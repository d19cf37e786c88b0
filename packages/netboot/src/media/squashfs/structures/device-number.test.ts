import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeDeviceNumber, encodeDeviceNumber } from './device-number.js'

describe('a device number', () => {
  it.each([
    [{ major: 1, minor: 3 }, 0x0103],
    [{ major: 8, minor: 0x101 }, 0x0010_0801],
    [{ major: 0xfff, minor: 0xfffff }, 0xffff_ffff],
  ])('%j is %i', (device, value) => {
    expect(encodeDeviceNumber(device)).toBe(value)
  })

  it('survives with any values', () => {
    const device = fc.record({ major: fc.nat(0xfff), minor: fc.nat(0xf_ffff) })
    fc.assert(
      fc.property(device, (value) => {
        expect(decodeDeviceNumber(encodeDeviceNumber(value))).toEqual(value)
      }),
    )
  })
})
