import { describe, expect, it } from 'vitest'
import { readOptionArea, writeOptionAreas } from './option-area.js'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const read = (...areas: string[]) => {
  const values = new Map<number, Uint8Array>()
  for (const area of areas) readOptionArea(Buffer.from(area, 'hex'), 240, values)
  return [...values].map(([code, value]) => `${code}=${hex(value)}`)
}

describe('readOptionArea', () => {
  it('reads options between padding, up to the end', () => {
    expect(read('00003501010000ff3501ff')).toEqual(['53=01'])
    expect(read('350101')).toEqual(['53=01'])
    expect(read('')).toEqual([])
    expect(read('5d00ff')).toEqual(['93='])
  })

  it('joins the parts of an option, in one field or two', () => {
    expect(read('430161350101430162ff', '430163ff')).toEqual(['67=616263', '53=01'])
  })

  it('says at which offset of the packet something is missing', () => {
    expect(() => read('350101430461')).toThrow('DHCP options: option 67: 4 bytes expected at offset 245, 1 left')
    expect(() => read('35')).toThrow('length of option 53: 1 byte expected at offset 241, 0 left')
  })
})

describe('writeOptionAreas', () => {
  const bytes = (length: number) => new Uint8Array(length).fill(0xaa)

  it('writes one field with its end', () => {
    expect(writeOptionAreas([[53, bytes(1)]], [10])?.map(hex)).toEqual(['3501aaff'])
    expect(writeOptionAreas([[97, bytes(0)]], [3])?.map(hex)).toEqual(['6100ff'])
    expect(writeOptionAreas([], [1])?.map(hex)).toEqual(['ff'])
  })

  it('goes on in the next field, with values as a whole where that can be', () => {
    expect(
      writeOptionAreas(
        [
          [1, bytes(2)],
          [2, bytes(3)],
        ],
        [7, 9],
      )?.map(hex),
    ).toEqual(['0102aaaaff', '0203aaaaaaff'])
    expect(writeOptionAreas([[1, bytes(5)]], [6, 6])?.map(hex)).toEqual(['0103aaaaaaff', '0102aaaaff'])
  })

  it('splits what is longer than 255 bytes', () => {
    const [area] = writeOptionAreas([[67, bytes(256)]], [1_000]) ?? []
    expect(area).toHaveLength(2 + 255 + 2 + 1 + 1)
    const values = new Map<number, Uint8Array>()
    readOptionArea(area ?? bytes(0), 0, values)
    expect(values.get(67)).toHaveLength(256)
  })

  it('says when there is too little room', () => {
    expect(writeOptionAreas([[1, bytes(4)]], [6])).toBeUndefined()
    expect(writeOptionAreas([[1, bytes(0)]], [2])).toBeUndefined()
    expect(writeOptionAreas([[1, bytes(300)]], [100, 100])).toBeUndefined()
  })
})
