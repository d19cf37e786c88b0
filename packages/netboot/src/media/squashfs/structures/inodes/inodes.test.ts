import { describe, expect, it } from 'vitest'
import { structureReader } from '../structure-reader.js'
import { NO_XATTRS } from '../xattr.js'
import { encodeDirectoryInode, readDirectoryInode } from './directory.js'
import { blockCount, encodeFileInode, NO_FRAGMENT, readFileInode } from './file.js'
import { INODE_HEADER_SIZE, InodeType, readInodeHeader } from './header.js'
import { encodeSpecialInode, readSpecialInode } from './special.js'
import { encodeSymlinkInode, readSymlinkInode } from './symlink.js'

const attributes = { mode: 0o4755, uidIndex: 1, gidIndex: 2, mtime: 0x01020304, number: 9 }
const common = 'ed09 0100 0200 04030201 09000000'
const damaged = expect.objectContaining({ code: 'squashfs/damaged' })

/** Hexadecimal of an inode: its type, what all have, and the rest. */
const inode = (type: string, rest: string) => `${type}${common}${rest}`.replaceAll(' ', '')
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const body = (bytes: Uint8Array) => structureReader(bytes.subarray(INODE_HEADER_SIZE), 'inode')

describe('the header of an inode', () => {
  it('tells type and form', () => {
    const read = (hex: string) => readInodeHeader(structureReader(Buffer.from(inode(hex, ''), 'hex'), 'inode'))
    expect(read('0200')).toEqual({ type: InodeType.file, extended: false, ...attributes })
    expect(read('0e00')).toEqual({ type: InodeType.socket, extended: true, ...attributes })
  })

  it.each(['0000', '0f00', 'ffff'])('of an unknown type (%s) or cut off is damaged', (type) => {
    const bytes = Buffer.from(inode(type, ''), 'hex')
    expect(() => readInodeHeader(structureReader(bytes, 'inode'))).toThrow(damaged)
    expect(() => readInodeHeader(structureReader(bytes.subarray(0, 15), 'inode'))).toThrow(damaged)
  })
})

describe('the inode of a directory', () => {
  const directory = { listingSize: 20, block: 0x55, offset: 0x66, links: 3, parent: 10, xattr: NO_XATTRS }

  it('is a basic one where that is enough, with 3 bytes for the dots', () => {
    const bytes = encodeDirectoryInode(attributes, directory)
    expect(hexOf(bytes)).toBe(inode('0100', '55000000 03000000 1700 6600 0a000000'))
    expect(readDirectoryInode(body(bytes), false)).toEqual(directory)
  })

  it('is an extended one with attributes, a large listing or an index', () => {
    const marked = encodeDirectoryInode(attributes, { ...directory, xattr: 7 })
    expect(hexOf(marked)).toBe(inode('0800', '03000000 17000000 55000000 0a000000 0000 6600 07000000'))
    expect(readDirectoryInode(body(marked), true)).toEqual({ ...directory, xattr: 7 })
    const large = { ...directory, listingSize: 65_533 }
    expect(readDirectoryInode(body(encodeDirectoryInode(attributes, large)), true)).toEqual(large)
    expect(encodeDirectoryInode(attributes, { ...large, listingSize: 65_532 })).toHaveLength(32)
    const indexed = encodeDirectoryInode(attributes, directory, [{ offset: 1, block: 2, name: Buffer.from('x') }])
    expect(hexOf(indexed)).toMatch(/01006600ffffffff01000000020000000000000078$/)
  })
})

describe('the inode of a file', () => {
  const file = { size: 5000, start: 96, fragment: 3, fragmentOffset: 4, sparse: 0, links: 1, xattr: NO_XATTRS }

  it('is a basic one where that is enough', () => {
    const bytes = encodeFileInode(attributes, file, [0x0100_1000])
    expect(hexOf(bytes)).toBe(inode('0200', '60000000 03000000 04000000 88130000 00100001'))
    expect(readFileInode(body(bytes), false)).toEqual(file)
  })

  it.each([[{ size: 2 ** 32 }], [{ start: 2 ** 32 }], [{ sparse: 4096 }], [{ links: 2 }], [{ xattr: 0 }]])(
    'is an extended one for %j',
    (more) => {
      const bytes = encodeFileInode(attributes, { ...file, ...more }, [1, 2])
      expect(bytes).toHaveLength(16 + 40 + 8)
      expect(readFileInode(body(bytes), true)).toEqual({ ...file, ...more })
    },
  )

  it('has the fields of the extended form at their offsets', () => {
    const bytes = encodeFileInode(attributes, { ...file, links: 2 }, [])
    const rest = '6000000000000000 8813000000000000 0000000000000000 02000000 03000000 04000000 ffffffff'
    expect(hexOf(bytes)).toBe(inode('0900', rest))
  })

  it('has a word for the end of the file unless that is in a fragment', () => {
    expect(blockCount({ size: 8193, fragment: NO_FRAGMENT }, 4096)).toBe(3)
    expect(blockCount({ size: 8193, fragment: 0 }, 4096)).toBe(2)
    expect(blockCount({ size: 0, fragment: NO_FRAGMENT }, 4096)).toBe(0)
  })
})

describe('the inode of a symbolic link', () => {
  it('has its target, and behind it, in the extended form, the index of attributes', () => {
    const basic = encodeSymlinkInode(attributes, { links: 1, target: Buffer.from('ab'), xattr: NO_XATTRS })
    expect(hexOf(basic)).toBe(inode('0300', '01000000 02000000 6162'))
    const extended = encodeSymlinkInode(attributes, { links: 1, target: Buffer.from('ab'), xattr: 5 })
    expect(hexOf(extended)).toBe(inode('0a00', '01000000 02000000 6162 05000000'))
    expect(readSymlinkInode(body(extended))).toEqual({ links: 1, targetSize: 2 })
  })

  it.each([0, 4096, 0xffff_ffff])('with a target of %i bytes is damaged', (size) => {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32LE(size, 4)
    expect(() => readSymlinkInode(structureReader(bytes, 'inode'))).toThrow('1 to 4095 bytes expected')
  })
})

describe('the inode of a device, pipe or socket', () => {
  const device = { major: 8, minor: 1 }

  it.each([
    [InodeType.blockDevice, device, NO_XATTRS, inode('0400', '01000000 01080000')],
    [InodeType.characterDevice, device, 2, inode('0c00', '01000000 01080000 02000000')],
    [InodeType.fifo, undefined, NO_XATTRS, inode('0600', '01000000')],
    [InodeType.socket, undefined, 3, inode('0e00', '01000000 03000000')],
  ] as const)('of type %i has links, number and attributes', (type, number, xattr, hex) => {
    const special = { type, links: 1, device: number, xattr }
    const bytes = encodeSpecialInode(attributes, special)
    expect(hexOf(bytes)).toBe(hex)
    const reader = body(bytes)
    expect(readSpecialInode(reader, type, xattr !== NO_XATTRS)).toEqual(special)
    reader.expectEnd()
  })
})
