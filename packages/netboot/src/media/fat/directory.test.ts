import { describe, expect, it } from 'vitest'
import { encodeDirectoryEntry, encodeLongName, FatAttribute, shortNameChecksum } from './directory.js'
import { encodeFatTimestamp } from './timestamp.js'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('directory entry', () => {
  it('has name, attributes, dates, cluster and size at their offsets', () => {
    const entry = encodeDirectoryEntry({
      short: 'BOOTX64 EFI',
      attributes: FatAttribute.archive,
      firstCluster: 0x00123456,
      size: 0xabcdef,
      date: new Date('2024-05-06T07:08:10Z'),
    })
    expect(hex(entry)).toBe(['424f4f54583634204546492000000539a658a6581200053', '9a6585634efcdab00'].join(''))
  })

  it('clamps dates to what the format can say', () => {
    expect(encodeFatTimestamp(new Date(0))).toEqual({ date: (1 << 5) | 1, time: 0 })
    expect(encodeFatTimestamp(new Date('2200-01-01'))).toEqual({
      date: (127 << 9) | (12 << 5) | 31,
      time: (23 << 11) | (59 << 5) | 29,
    })
  })
})

describe('long name', () => {
  it('is split into parts of 13 characters, last part first, tied to the short name', () => {
    const bytes = encodeLongName('autoexec.ipxe2', 'AUTOEX~1IPX')
    const sum = shortNameChecksum('AUTOEX~1IPX').toString(16).padStart(2, '0')
    expect(hex(bytes)).toBe(
      [
        `42320000 00ffffffffffff0f00${sum}ffffffffffffffffffffffff0000ffffffff`,
        `01610075 0074006f0065000f00${sum}7800650063002e00690070000000 78006500`,
      ]
        .join('')
        .replaceAll(' ', ''),
    )
  })

  it('has no terminator when it fills its last part', () => {
    expect(encodeLongName('exactly13char', 'EXACTL~1   ')).toHaveLength(32)
    expect(encodeLongName('exactly13chars', 'EXACTL~1   ')).toHaveLength(64)
  })

  it('has the checksum of the specification', () => {
    let sum = 0
    for (const byte of Buffer.from('FILENAMEEXT')) sum = ((sum & 1 ? 0x80 : 0) + (sum >> 1) + byte) & 0xff
    expect(shortNameChecksum('FILENAMEEXT')).toBe(sum)
  })
})
