import { describe, expect, it } from 'vitest'
import { structureReader } from './structure-reader.js'
import {
  decodeXattrId,
  decodeXattrKey,
  decodeXattrTable,
  encodeXattrId,
  encodeXattrKey,
  encodeXattrTable,
} from './xattr.js'

describe('structures of extended attributes', () => {
  it.each([
    [{ prefix: 2, outOfLine: false, nameSize: 10 }, '02000a00'],
    [{ prefix: 1, outOfLine: true, nameSize: 255 }, '0101ff00'],
  ])('a key %j is %s', (key, hex) => {
    expect(Buffer.from(encodeXattrKey(key)).toString('hex')).toBe(hex)
    expect(decodeXattrKey(structureReader(Buffer.from(hex, 'hex'), 'key'))).toEqual(key)
  })

  it('an id has each field at its offset', () => {
    const id = { reference: 0x1_2345_0010, count: 2, size: 300 }
    const hex = '1000452301000000020000002c010000'
    expect(Buffer.from(encodeXattrId(id)).toString('hex')).toBe(hex)
    expect(decodeXattrId(structureReader(Buffer.from(hex, 'hex'), 'id'))).toEqual(id)
  })

  it('the head of the table has each field at its offset', () => {
    const table = { start: 0x1_0000_0000, count: 5 }
    const hex = '00000000010000000500000000000000'
    expect(Buffer.from(encodeXattrTable(table)).toString('hex')).toBe(hex)
    expect(decodeXattrTable(structureReader(Buffer.from(hex, 'hex'), 'table'))).toEqual(table)
  })

  it('that are cut off are damaged', () => {
    const short = (size: number) => structureReader(new Uint8Array(size), 'xattr')
    const damaged = expect.objectContaining({ code: 'squashfs/damaged' })
    expect(() => decodeXattrKey(short(3))).toThrow(damaged)
    expect(() => decodeXattrId(short(15))).toThrow(damaged)
    expect(() => decodeXattrTable(short(15))).toThrow(damaged)
  })
})
