import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRange } from './range.js'

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', { offset: 0, length: 1 }],
    ['bytes=0-', { offset: 0, length: 100 }],
    ['bytes=10-19', { offset: 10, length: 10 }],
    ['bytes=90-1000', { offset: 90, length: 10 }],
    ['bytes=-10', { offset: 90, length: 10 }],
    ['bytes=-1000', { offset: 0, length: 100 }],
    ['Bytes= 10-19 ', { offset: 10, length: 10 }],
    ['bytes=200-300,10-19', { offset: 10, length: 10 }],
  ])('%s is one range', (header, range) => {
    expect(parseRange(header, 100)).toEqual(range)
  })

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=-0', 'bytes=100-,200-'])('%s has no byte of the file', (header) => {
    expect(parseRange(header, 100)).toBe('unsatisfiable')
  })

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=5-2',
    'bytes=0x1-2',
    'bytes=0-1-2',
    'lines=0-1',
    'bytes=0-1,5-6',
    `bytes=${'9'.repeat(40)}-`,
    `bytes=${'0-1,'.repeat(100)}0-1`,
  ])('%s is the whole file', (header) => {
    expect(parseRange(header, 100)).toBeUndefined()
  })

  it('never leaves the file, whatever the header says', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat(), (noise, first, last, size) => {
        for (const header of [`bytes=${noise}`, `bytes=${first}-${last}`, `bytes=-${last}`, `bytes=${first}-`]) {
          const range = parseRange(header, size)
          if (typeof range !== 'object') continue
          expect(range.length).toBeGreaterThan(0)
          expect(range.offset + range.length).toBeLessThanOrEqual(size)
        }
      }),
    )
  })
})
