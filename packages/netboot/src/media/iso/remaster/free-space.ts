/** Blocks from `start` up to, but not including, `end`. */
export interface BlockRange {
  readonly start: number
  readonly end: number
}

/** Sorted, without overlaps or neighbours. */
export function mergeRanges(ranges: readonly BlockRange[]): BlockRange[] {
  const sorted = ranges.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start)
  const merged: BlockRange[] = []
  for (const range of sorted) {
    const last = merged.at(-1)
    if (last && range.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) }
    } else merged.push(range)
  }
  return merged
}

/** What is left of `whole` without `taken`, both merged. */
export function subtractRanges(whole: readonly BlockRange[], taken: readonly BlockRange[]): BlockRange[] {
  const left: BlockRange[] = []
  let index = 0
  for (const { start, end } of whole) {
    let at = start
    while (index < taken.length && (taken[index]?.end ?? 0) <= at) index++
    for (let next = index; next < taken.length; next++) {
      const range = taken[next]
      if (!range || range.start >= end) break
      if (range.start > at) left.push({ start: at, end: range.start })
      at = Math.max(at, range.end)
    }
    if (at < end) left.push({ start: at, end })
  }
  return left
}

/** What two lists of merged ranges have in common. */
export function intersectRanges(a: readonly BlockRange[], b: readonly BlockRange[]): BlockRange[] {
  return subtractRanges(a, subtractRanges(a, b))
}

/** Hands out blocks: first those of the free ranges, then, unless that is forbidden, those behind the end. */
export class BlockAllocator {
  readonly #free: { start: number; end: number }[]
  #end: number
  #last = 0
  readonly #mayGrow: boolean
  readonly #firstEnd: number

  /** @param end - first block behind the image, where what does not fit goes; `undefined`: nothing may go there */
  constructor(free: readonly BlockRange[], end: number | undefined) {
    this.#free = free.map((range) => ({ ...range }))
    this.#mayGrow = end !== undefined
    this.#end = end ?? 0
    this.#firstEnd = this.#end
  }

  /** First block behind everything that was handed out behind the end; `undefined` when nothing was. */
  get grownTo(): number | undefined {
    return this.#end > this.#firstEnd ? this.#end : undefined
  }

  /** First block behind everything that was handed out; 0 when nothing was. */
  get usedTo(): number {
    return this.#last
  }

  /**
   * The first of `count` blocks in a row; `undefined` when there is no such row.
   *
   * @param notBefore - the first block that may be taken
   * @param notBehind - where the last block has to end. Default: anywhere
   */
  take(count: number, notBefore = 0, notBehind = Number.POSITIVE_INFINITY): number | undefined {
    // The smallest hole that is large enough leaves the large ones for those who need them.
    const holes = this.#free.filter(
      ({ start, end }) => start >= notBefore && end - start >= count && start + count <= notBehind,
    )
    const best = holes.reduce<(typeof holes)[number] | undefined>(
      (found, hole) => (found && found.end - found.start <= hole.end - hole.start ? found : hole),
      undefined,
    )
    if (best) {
      const { start } = best
      best.start += count
      this.#last = Math.max(this.#last, start + count)
      return start
    }
    if (!this.#mayGrow || this.#end + count > notBehind) return undefined
    const start = this.#end
    this.#end += count
    this.#last = this.#end
    return start
  }
}
