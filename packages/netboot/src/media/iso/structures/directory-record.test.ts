import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, hex, itKeepsCodecLaws, recordingDate, uint8, uint16, uint32, unhex } from '../testing/codec-laws.js'
import { decodeDirectoryRecord, encodeDirectoryRecord, FileFlag } from './directory-record.js'

// The record of "." in the root of an image made by xorriso, without its system use.
const DOT = unhex('22 00 13000000 00000013 00080000 00000800 7e0b15091c1f00 02 00 00 0100 0001 01 00')

describe('directory record', () => {
  it('reads what xorriso writes', () => {
    const { record, length } = decodeDirectoryRecord(DOT)
    expect(length).toBe(34)
    expect(record).toMatchObject({ extent: 19, dataLength: 2048, flags: FileFlag.directory, volumeSequenceNumber: 1 })
    expect(record.recordedAt).toEqual(new Date('2026-11-21T09:28:31Z'))
    expect([...record.identifier]).toEqual([0])
  })

  it('writes the bytes that xorriso writes', () => {
    expect(hex(encodeDirectoryRecord(decodeDirectoryRecord(DOT).record))).toBe(hex(DOT))
  })

  it('says which field of a short record is missing, and where in the image', () => {
    expect(() => decodeDirectoryRecord(unhex('05 00 13000000'), 4096)).toThrow(
      'directory record: location of the extent: 4 bytes expected at offset 4098, 3 left',
    )
    expect(() => decodeDirectoryRecord(unhex('22 00 13'), 0)).toThrow('record: 34 bytes expected')
  })

  it('refuses to write more than a record can hold', () => {
    const { record } = decodeDirectoryRecord(DOT)
    const long = { ...record, systemUse: new Uint8Array(230) }
    expect(() => encodeDirectoryRecord(long)).toThrow('at most 254 bytes expected, 264 found')
  })

  itKeepsCodecLaws({
    encode: encodeDirectoryRecord,
    decode: (bytes) => decodeDirectoryRecord(bytes).record,
    values: fc.record({
      extendedAttributeLength: uint8,
      extent: uint32,
      dataLength: uint32,
      recordedAt: recordingDate,
      flags: uint8,
      fileUnitSize: uint8,
      interleaveGap: uint8,
      volumeSequenceNumber: uint16,
      // Of odd length, and an area of even length: nothing that fills up comes back with them.
      identifier: fc.nat(30).chain((half) => bytesOf(2 * half + 1)),
      systemUse: fc.nat(60).chain((half) => bytesOf(2 * half)),
    }),
  })
})
