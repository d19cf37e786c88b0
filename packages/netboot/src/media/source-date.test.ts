import { describe, expect, it } from 'vitest'
import { entryDate, imageDate } from './source-date.js'

describe('the date of an image', () => {
  it('is the one given, then SOURCE_DATE_EPOCH, then now', () => {
    const given = new Date('2020-02-02T00:00:00Z')
    expect(imageDate(given, { SOURCE_DATE_EPOCH: '1' })).toBe(given)
    expect(imageDate(undefined, { SOURCE_DATE_EPOCH: '1700000000' })).toEqual(new Date(1_700_000_000_000))
    const before = Date.now()
    expect(imageDate(undefined, {}).getTime()).toBeGreaterThanOrEqual(before)
    expect(imageDate(undefined, { SOURCE_DATE_EPOCH: '' }).getTime()).toBeGreaterThanOrEqual(before)
  })

  it('is not guessed from a SOURCE_DATE_EPOCH that is not a number', () => {
    for (const epoch of ['yesterday', '-1', '1e99', ' 12', '99999999999999999']) {
      expect(() => imageDate(undefined, { SOURCE_DATE_EPOCH: epoch })).toThrow(/seconds since 1970/)
    }
  })

  it('is the latest that one of its files can have', () => {
    const image = new Date(2000)
    expect(entryDate(new Date(1000), image)).toEqual(new Date(1000))
    expect(entryDate(new Date(3000), image)).toEqual(image)
    expect(entryDate(undefined, image)).toEqual(image)
  })
})
