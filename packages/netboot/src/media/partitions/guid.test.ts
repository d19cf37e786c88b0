import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeGuid, encodeGuid, guidFromDigest, PartitionType } from './guid.js'

describe('GUIDs', () => {
  it('store the first three groups little-endian and the others as written', () => {
    expect(Buffer.from(encodeGuid(PartitionType.efiSystem)).toString('hex')).toBe('28732ac11ff8d211ba4b00a0c93ec93b')
  })

  it('come back from any 16 bytes unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(encodeGuid(decodeGuid(bytes))).toEqual(bytes)
      }),
    )
  })

  it('are refused when the text is not one', () => {
    for (const text of ['', 'C12A7328', `{${PartitionType.efiSystem}}`, `${PartitionType.efiSystem}0`]) {
      expect(() => encodeGuid(text)).toThrow(/a text like/)
    }
  })

  it('made from a digest depend on it only, and say version 8', () => {
    const digest = Uint8Array.from({ length: 32 }, (_, index) => index * 7)
    expect(guidFromDigest(digest)).toBe(guidFromDigest(digest))
    expect(guidFromDigest(digest)).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/)
  })
})
