import { afterEach, describe, expect, it, vi } from 'vitest'
import { CLOUD_CONFIG_DELIMITERS } from '../delimiters.js'
import { Openings } from './openings.js'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('Openings', () => {
  it('finds one after another, of two that begin alike the longer one', () => {
    const text = 'a [[ 1 ]] [[[ 2 ]]] [[ 3 ]]'
    const openings = new Openings(text, CLOUD_CONFIG_DELIMITERS)
    const found: [number, string][] = []
    for (let next = openings.from(0); next; next = openings.from(next.at + next.delimiters.left.length)) {
      found.push([next.at, next.delimiters.left])
    }
    expect(found).toEqual([
      [2, '[['],
      [10, '[[['],
      [20, '[['],
    ])
  })

  it('looks once for a delimiter that does not occur, however many of the other there are', () => {
    const text = '[[ 1 ]]'.repeat(1_000)
    const openings = new Openings(text, CLOUD_CONFIG_DELIMITERS)
    const search = vi.spyOn(String.prototype, 'indexOf')
    let count = 0
    for (let next = openings.from(0); next; next = openings.from(next.at + 2)) count++
    const looked = search.mock.calls.filter(([wanted]) => wanted === '[[[').length
    vi.restoreAllMocks()
    expect([count, looked]).toEqual([1_000, 1])
  })
})
