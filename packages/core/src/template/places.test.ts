import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placesOf } from './places.js'

describe('placesOf', () => {
  it('counts lines and characters from 1, in any order of the offsets', () => {
    expect([...placesOf('aü\n💡b', [4, 0, 5, 3, 0, 99])]).toEqual([
      [0, { line: 1, column: 1 }],
      [3, { line: 2, column: 1 }],
      [4, { line: 2, column: 2 }],
      [5, { line: 2, column: 3 }],
      [99, { line: 2, column: 4 }],
    ])
  })

  it('says of each offset what it says of that one alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', 'ü') }), fc.array(fc.nat(30)), (text, offsets) => {
        const places = placesOf(text, offsets)
        for (const offset of offsets) expect(places.get(offset)).toEqual(placesOf(text, [offset]).get(offset))
      }),
    )
  })
})
