/** A place of a text, both from 1; a column counts characters, not UTF-16 units. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** The places of these offsets, in one pass over the text: it may be one long line with thousands of them. */
export function placesOf(text: string, offsets: Iterable<number>): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>()
  let [at, line, column] = [0, 1, 1]
  for (const offset of [...new Set(offsets)].sort((a, b) => a - b)) {
    const between = text.slice(at, offset)
    const lines = between.split('\n')
    line += lines.length - 1
    column = [...(lines.at(-1) ?? '')].length + (lines.length > 1 ? 1 : column)
    at = offset
    places.set(offset, { line, column })
  }
  return places
}
