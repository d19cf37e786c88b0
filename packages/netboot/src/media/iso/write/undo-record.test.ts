import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, itKeepsCodecLaws } from '../testing/codec-laws.js'
import { decodeUndoRecord, encodeUndoRecord, mergedExtents, type UndoExtent } from './undo-record.js'

const extent = fc.record({ offset: fc.nat(1000), bytes: bytesOf(0, 40) })

describe('undo record', () => {
  itKeepsCodecLaws({
    encode: encodeUndoRecord,
    decode: (bytes) => decodeUndoRecord(bytes, 'image.iso.undo'),
    values: fc.record({
      originalSize: fc.integer({ min: 2000, max: Number.MAX_SAFE_INTEGER }),
      samples: fc.array(fc.record({ offset: fc.nat(), length: fc.nat() }), { maxLength: 4 }),
      samplesSha256: bytesOf(32),
      extents: fc.array(extent, { maxLength: 4 }),
    }),
  })

  it('refuses extents behind the end of the original', () => {
    const record = { originalSize: 10, samples: [], samplesSha256: new Uint8Array(32) }
    const bytes = encodeUndoRecord({ ...record, extents: [{ offset: 9, bytes: new Uint8Array(2) }] })
    expect(() => decodeUndoRecord(bytes, 'x')).toThrow('an extent inside of the original expected')
  })
})

describe('mergedExtents', () => {
  it('keeps the bytes of the first record, and takes those of the second for the rest', () => {
    const disjoint = fc.array(fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 8 })), { maxLength: 6 })
    const extentsOf = (steps: [number, number][], fill: number): UndoExtent[] => {
      let at = 0
      return steps.map(([gap, length]) => {
        const offset = at + gap
        at = offset + length
        return { offset, bytes: new Uint8Array(length).fill(fill) }
      })
    }
    const spread = (lists: readonly UndoExtent[][]) => {
      const bytes = new Uint8Array(120)
      for (const list of lists) for (const each of list) bytes.set(each.bytes, each.offset)
      return bytes
    }
    fc.assert(
      fc.property(disjoint, disjoint, (a, b) => {
        const [first, second] = [extentsOf(a, 1), extentsOf(b, 2)]
        const merged = mergedExtents(first, second)
        expect(spread([merged])).toEqual(spread([second, first]))
        for (const [index, each] of merged.entries()) {
          const next = merged[index + 1]
          if (next) expect(next.offset).toBeGreaterThanOrEqual(each.offset + each.bytes.length)
        }
      }),
    )
  })
})
