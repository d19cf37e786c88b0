import { KairosError } from '@kairos-sdk/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMbr, encodeMbr, MBR_BYTES } from './mbr.js'
import { protectiveMbr } from './protective-mbr.js'

describe('master boot record', () => {
  it('has boot code, disk signature, entries and 55 AA at their offsets', () => {
    const bytes = encodeMbr({
      bootCode: Uint8Array.of(0xeb, 0x63),
      diskSignature: 0x12345678,
      partitions: [{ active: true, type: 0xef, firstSector: 2048, sectors: 4096 }],
    })
    expect(Buffer.from(bytes.subarray(0, 4)).toString('hex')).toBe('eb630000')
    expect(Buffer.from(bytes.subarray(440, 446)).toString('hex')).toBe('785634120000')
    expect(Buffer.from(bytes.subarray(446, 462)).toString('hex')).toBe('80202100ef6121000008000000100000')
    expect(bytes.subarray(462, 510).every((byte) => byte === 0)).toBe(true)
    expect(Buffer.from(bytes.subarray(510)).toString('hex')).toBe('55aa')
  })

  it('comes back from any bytes that carry the signature, apart from odd boot indicators', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: MBR_BYTES, maxLength: MBR_BYTES }), (noise) => {
        noise.set([0x55, 0xaa], 510)
        for (let at = 446; at < 510; at += 16) noise[at] = (noise[at] ?? 0) & 0x80
        expect(encodeMbr(decodeMbr(noise))).toEqual(noise)
      }),
    )
  })

  it('is not found where the signature is missing', () => {
    expect(() => decodeMbr(new Uint8Array(MBR_BYTES))).toThrow(expect.objectContaining({ code: 'partition/not-found' }))
  })

  it('is damaged when it is cut off anywhere', () => {
    const bytes = encodeMbr(protectiveMbr({ diskSectors: 100 }))
    for (let length = 0; length < MBR_BYTES; length++) {
      expect(() => decodeMbr(bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: 'partition/damaged' }))
    }
  })

  it('takes no more than four partitions and 440 bytes of boot code', () => {
    const empty = { bootCode: new Uint8Array(0), diskSignature: 0, partitions: [] }
    expect(() => encodeMbr({ ...empty, bootCode: new Uint8Array(441) })).toThrow(KairosError)
    expect(() => encodeMbr({ ...empty, partitions: Array(5).fill(undefined) })).toThrow(KairosError)
  })
})

describe('protective MBR', () => {
  it('shows the whole disk behind sector 0 as taken, starting at CHS 0/0/2', () => {
    const { partitions } = decodeMbr(encodeMbr(protectiveMbr({ diskSectors: 204_800 })))
    expect(partitions[0]).toMatchObject({ active: false, type: 0xee, firstSector: 1, sectors: 204_799 })
    expect(partitions[0]?.firstChs).toEqual({ cylinder: 0, head: 0, sector: 2 })
    expect(partitions.slice(1)).toEqual([undefined, undefined, undefined])
  })

  it('shows a disk of more than 2 TiB as far as the field reaches', () => {
    const { partitions } = decodeMbr(encodeMbr(protectiveMbr({ diskSectors: 2 ** 33 })))
    expect(partitions[0]?.sectors).toBe(0xffffffff)
    expect(partitions[0]?.lastChs).toEqual({ cylinder: 1023, head: 254, sector: 63 })
  })

  it('keeps the protective entry inactive when an active one is wanted', () => {
    const { partitions } = decodeMbr(encodeMbr(protectiveMbr({ diskSectors: 1000, activeEntry: true })))
    expect(partitions.map((partition) => partition?.active)).toEqual([false, true, undefined, undefined])
  })
})
