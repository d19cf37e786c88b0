import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, hex, itKeepsCodecLaws, uint8, uint16, uint32, unhex } from '../testing/codec-laws.js'
import { decodePathTable, encodePathTable, pathTableRecordSize } from './path-table.js'

const TABLE_L = unhex('01 00 13000000 0100 00 00 04 00 15000000 0100 424f4f54 05 00 16000000 0200 4752554232 00')
const TABLE_M = unhex('01 00 00000013 0001 00 00 04 00 00000015 0001 424f4f54 05 00 00000016 0002 4752554232 00')

const record = fc.record({
  extendedAttributeLength: uint8,
  extent: uint32,
  parent: uint16,
  identifier: bytesOf(1, 31),
})

describe('path table', () => {
  it('reads type L and type M alike', () => {
    const little = decodePathTable(TABLE_L, 'little')
    expect(little).toEqual(decodePathTable(TABLE_M, 'big'))
    expect(little.map(({ extent, parent }) => [extent, parent])).toEqual([
      [19, 1],
      [21, 1],
      [22, 2],
    ])
  })

  it('writes both types', () => {
    const records = decodePathTable(TABLE_L, 'little')
    expect(hex(encodePathTable(records, 'little'))).toBe(hex(TABLE_L))
    expect(hex(encodePathTable(records, 'big'))).toBe(hex(TABLE_M))
  })

  it('knows the size of a record with its padding', () => {
    expect([1, 4, 5].map(pathTableRecordSize)).toEqual([10, 12, 14])
  })

  it('says where a table is cut off', () => {
    expect(() => decodePathTable(TABLE_L.subarray(0, 15), 'little', 2048)).toThrow(
      'path table: location of the extent: 4 bytes expected at offset 2060, 3 left',
    )
  })

  describe('type L', () => {
    itKeepsCodecLaws({
      encode: (records) => encodePathTable(records, 'little'),
      decode: (bytes) => decodePathTable(bytes, 'little'),
      values: fc.array(record, { maxLength: 8 }),
    })
  })

  describe('type M', () => {
    itKeepsCodecLaws({
      encode: (records) => encodePathTable(records, 'big'),
      decode: (bytes) => decodePathTable(bytes, 'big'),
      values: fc.array(record, { maxLength: 8 }),
    })
  })
})
