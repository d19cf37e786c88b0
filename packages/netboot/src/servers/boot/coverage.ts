/** Which parts of a file were sent: clients fetch in ranges, resume and overlap. */
export interface Coverage {
  /** Notes a part; true when nothing of the file is missing any more. */
  add(offset: number, length: number): boolean
}

/** A client that fetches every other byte costs us no more memory than this. */
const MAX_PARTS = 1_024

export function createCoverage(size: number): Coverage {
  // Sorted, without overlaps.
  let parts: { readonly from: number; readonly to: number }[] = []
  return {
    add(offset, length) {
      let from = offset
      let to = offset + length
      const apart = parts.filter((part) => {
        if (part.to < from || part.from > to) return true
        from = Math.min(from, part.from)
        to = Math.max(to, part.to)
        return false
      })
      if (apart.length < MAX_PARTS) apart.push({ from, to })
      parts = apart.sort((a, b) => a.from - b.from)
      const [first] = parts
      return first !== undefined && parts.length === 1 && first.from === 0 && first.to >= size
    },
  }
}
