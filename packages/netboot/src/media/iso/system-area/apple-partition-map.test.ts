import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex, itKeepsCodecLaws, uint32 } from '../testing/codec-laws.js'
import { ApplePartitionOffset, decodeApplePartition, encodeApplePartition } from './apple-partition-map.js'

const word = fc.string({ unit: fc.constantFrom(...'ABCabc_'), maxLength: 32 })

describe('entry of an Apple partition map', () => {
  it('has its fields where Inside Macintosh has them', () => {
    const partition = {
      mapEntries: 4,
      firstBlock: 10030,
      blocks: 162,
      name: 'Gap1',
      type: 'ISO9660_data',
      dataBlocks: 162,
    }
    const bytes = encodeApplePartition(partition)
    expect(hex(bytes.subarray(0, 20))).toBe('504d0000000000040000272e000000a247617031')
    expect(ApplePartitionOffset).toEqual({ blocks: 12, dataBlocks: 84 })
    expect(hex(bytes.subarray(84))).toBe('000000a2')
  })

  it('is told by its signature', () => {
    expect(decodeApplePartition(new Uint8Array(512))).toBeUndefined()
    expect(decodeApplePartition(Uint8Array.of(0x50, 0x4d))).toBeUndefined()
  })

  itKeepsCodecLaws({
    encode: encodeApplePartition,
    decode: decodeApplePartition,
    values: fc.record({
      mapEntries: uint32,
      firstBlock: uint32,
      blocks: uint32,
      name: word,
      type: word,
      dataBlocks: uint32,
    }),
  })
})
