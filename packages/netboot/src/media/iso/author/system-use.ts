import { SECTOR_SIZE } from '../structures/sector.js'
import { CONTINUATION_ENTRY_SIZE, encodeContinuationArea } from '../structures/susp/continuation-area.js'

/**
 * The system use entries of one directory record: what fits stands in the record, the rest in continuation areas, each
 * named by a CE entry at the end of what is before it (SUSP 1.12 section 5.1).
 */
export interface SystemUsePlan {
  readonly inline: readonly Uint8Array[]
  /** Linux follows a CE entry only into a single block, so each area fits one. */
  readonly areas: readonly (readonly Uint8Array[])[]
}

export const NO_SYSTEM_USE: SystemUsePlan = { inline: [], areas: [] }

/** Distributes entries, in their order, over a record with this much room and as many areas as it takes. */
export function planSystemUse(entries: readonly Uint8Array[], room: number): SystemUsePlan {
  const groups: Uint8Array[][] = []
  let left = [...entries]
  let space = room
  for (;;) {
    const fits = bytesOf(left) <= space ? left.length : countThatFit(left, space - CONTINUATION_ENTRY_SIZE)
    groups.push(left.slice(0, fits))
    left = left.slice(fits)
    if (left.length === 0) break
    space = SECTOR_SIZE
  }
  const [inline = [], ...areas] = groups
  return { inline, areas }
}

/** Bytes that a plan takes up in its record. */
export function inlineSize(plan: SystemUsePlan): number {
  return bytesOf(plan.inline) + (plan.areas.length > 0 ? CONTINUATION_ENTRY_SIZE : 0)
}

/** Gives out places for continuation areas; blocks count from 0 and are placed later. */
export class ContinuationBlocks {
  readonly #places = new Map<SystemUsePlan, readonly number[]>()
  #end = 0

  /** Makes room for the areas of a plan. */
  reserve(plan: SystemUsePlan): void {
    const places = plan.areas.map((_, index) => {
      const size = areaSize(plan, index)
      const left = SECTOR_SIZE - (this.#end % SECTOR_SIZE)
      if (size > left) this.#end += left
      const place = this.#end
      this.#end += size
      return place
    })
    this.#places.set(plan, places)
  }

  get blocks(): number {
    return Math.ceil(this.#end / SECTOR_SIZE)
  }

  /** The system use of a record, now that it is known where the blocks begin. */
  encodeInline(plan: SystemUsePlan, firstBlock: number): Uint8Array {
    return new Uint8Array(Buffer.concat([...plan.inline, ...this.#link(plan, 0, firstBlock)]))
  }

  /** All blocks. */
  encodeBlocks(firstBlock: number): Uint8Array {
    const bytes = new Uint8Array(this.blocks * SECTOR_SIZE)
    for (const [plan, places] of this.#places) {
      plan.areas.forEach((area, index) => {
        bytes.set(Buffer.concat([...area, ...this.#link(plan, index + 1, firstBlock)]), places[index])
      })
    }
    return bytes
  }

  /** The CE entry that leads to an area, if there is such an area. */
  #link(plan: SystemUsePlan, index: number, firstBlock: number): Uint8Array[] {
    const place = this.#places.get(plan)?.[index]
    if (place === undefined) return []
    const block = firstBlock + Math.floor(place / SECTOR_SIZE)
    return [encodeContinuationArea({ block, offset: place % SECTOR_SIZE, length: areaSize(plan, index) })]
  }
}

function areaSize(plan: SystemUsePlan, index: number): number {
  return bytesOf(plan.areas[index] ?? []) + (index < plan.areas.length - 1 ? CONTINUATION_ENTRY_SIZE : 0)
}

function countThatFit(entries: readonly Uint8Array[], space: number): number {
  let used = 0
  const last = entries.findIndex((entry) => {
    used += entry.length
    return used > space
  })
  return last < 0 ? entries.length : last
}

function bytesOf(entries: readonly Uint8Array[]): number {
  return entries.reduce((sum, entry) => sum + entry.length, 0)
}
