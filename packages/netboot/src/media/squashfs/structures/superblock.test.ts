import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSuperblock, encodeSuperblock, Flag, type Superblock } from './superblock.js'

const example: Superblock = {
  inodeCount: 3,
  modifiedAt: 0x11223344,
  blockSize: 131_072,
  fragmentCount: 1,
  compression: 6,
  flags: Flag.exportable | Flag.noXattrs,
  idCount: 2,
  rootInode: 0x40,
  bytesUsed: 1000,
  idTable: 900,
  xattrTable: undefined,
  inodeTable: 500,
  directoryTable: 600,
  fragmentTable: 700,
  exportTable: undefined,
}

const hex =
  '68737173 03000000 44332211 00000200 01000000 0600 1100 8002 0200 0400 0000 4000000000000000 e803000000000000' +
  '8403000000000000 ffffffffffffffff f401000000000000 5802000000000000 bc02000000000000 ffffffffffffffff'

describe('the superblock', () => {
  it('has each field at its offset', () => {
    expect(Buffer.from(encodeSuperblock(example)).toString('hex')).toBe(hex.replaceAll(' ', ''))
    expect(decodeSuperblock(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toEqual(example)
  })

  it('survives with any values', () => {
    const offset = fc.nat(Number.MAX_SAFE_INTEGER)
    const table = fc.option(offset, { nil: undefined })
    const superblock = fc.record({
      inodeCount: fc.nat(0xffff_ffff),
      modifiedAt: fc.nat(0xffff_ffff),
      blockSize: fc.integer({ min: 12, max: 20 }).map((log) => 2 ** log),
      fragmentCount: fc.nat(0xffff_ffff),
      compression: fc.nat(0xffff),
      flags: fc.nat(0xffff),
      idCount: fc.nat(0xffff),
      rootInode: offset,
      bytesUsed: offset,
      idTable: offset,
      xattrTable: table,
      inodeTable: offset,
      directoryTable: offset,
      fragmentTable: table,
      exportTable: table,
    })
    fc.assert(
      fc.property(superblock, (value) => {
        expect(decodeSuperblock(encodeSuperblock(value))).toEqual(value)
      }),
    )
  })

  it('that is cut off names the missing field', () => {
    const bytes = encodeSuperblock(example)
    for (let length = 4; length < bytes.length; length++) {
      expect(() => decodeSuperblock(bytes.subarray(0, length))).toThrow(/bytes expected at offset/)
    }
  })

  it.each<[string, number, number, string]>([
    ['another magic', 0, 0x71736873, 'squashfs/not-an-image'],
    ['another version', 28, 3, 'squashfs/unsupported'],
    ['a block size that is no power of two', 12, 5000, 'squashfs/damaged'],
    ['a block size without its logarithm', 12, 4096, 'squashfs/damaged'],
    ['a root inode beyond all numbers', 36, 0xffffffff, 'squashfs/damaged'],
    ['no id table', 48, -1, 'squashfs/damaged'],
  ])('with %s is refused', (_, offset, value, code) => {
    const bytes = Buffer.from(encodeSuperblock(example))
    if (value < 0) bytes.fill(0xff, offset, offset + 8)
    else bytes.writeUInt32LE(value, offset)
    expect(() => decodeSuperblock(bytes)).toThrow(expect.objectContaining({ code }))
  })
})
