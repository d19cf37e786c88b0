import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeContinuationArea } from '../structures/susp/continuation-area.js'
import { decodeSystemUse, encodeSystemUseEntry } from '../structures/system-use-entry.js'
import { ContinuationBlocks, inlineSize, planSystemUse } from './system-use.js'

const FIRST_BLOCK = 70

/** Follows CE entries through the blocks, as a reader does. */
function collect(inline: Uint8Array, blocks: Uint8Array): string[] {
  const found: string[] = []
  let area: Uint8Array | undefined = inline
  while (area) {
    let next: Uint8Array | undefined
    for (const { signature, data } of decodeSystemUse(area)) {
      if (signature !== 'CE') {
        found.push(`${signature}${data.length}`)
        continue
      }
      const { block, offset, length } = decodeContinuationArea(data)
      // Linux follows a CE entry only if what it names lies in one block.
      expect(offset + length).toBeLessThanOrEqual(2048)
      const at = (block - FIRST_BLOCK) * 2048 + offset
      next = blocks.subarray(at, at + length)
    }
    area = next
  }
  return found
}

describe('system use entries', () => {
  it('stay in the record where they fit', () => {
    const plan = planSystemUse([encodeSystemUseEntry('PX', new Uint8Array(32))], 36)
    expect(inlineSize(plan)).toBe(36)
    expect(plan.areas).toEqual([])
  })

  it('all come back in their order, over as many continuation areas as they need', () => {
    const entry = fc.tuple(fc.constantFrom('NM', 'SL', 'PX'), fc.nat(250))
    const records = fc.array(fc.array(entry, { maxLength: 25 }), { maxLength: 12 })
    fc.assert(
      fc.property(records, fc.integer({ min: 28, max: 220 }), (lists, room) => {
        const blocks = new ContinuationBlocks()
        const plans = lists.map((list) => {
          const plan = planSystemUse(
            list.map(([signature, length]) => encodeSystemUseEntry(signature, new Uint8Array(length))),
            room,
          )
          blocks.reserve(plan)
          return plan
        })
        const continuation = blocks.encodeBlocks(FIRST_BLOCK)
        expect(continuation.length).toBe(blocks.blocks * 2048)
        plans.forEach((plan, index) => {
          const inline = blocks.encodeInline(plan, FIRST_BLOCK)
          expect(inline.length).toBe(inlineSize(plan))
          expect(inline.length).toBeLessThanOrEqual(room)
          expect(collect(inline, continuation)).toEqual(lists[index]?.map(([signature, length]) => signature + length))
        })
      }),
    )
  })
})
