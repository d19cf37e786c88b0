/** A stretch of a file. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/** More ranges than these in one header are an attack, or of no use. */
const MAX_RANGES = 32
const RANGE = /^(\d{0,16})-(\d{0,16})$/

/**
 * What a `Range` header asks for (RFC 9110 section 14.2): one range; `undefined` for the whole file, which answers headers
 * that are damaged, of other units, or of several ranges; `'unsatisfiable'` when no range has a byte of the file.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const list = /^bytes\s*=(.*)$/i.exec(header?.trim() ?? '')?.[1]?.split(',', MAX_RANGES + 1)
  if (!list || list.length > MAX_RANGES) return undefined
  const found: ByteRange[] = []
  for (const text of list.map((each) => each.trim()).filter((each) => each !== '')) {
    const [, first = '', last = ''] = RANGE.exec(text) ?? []
    if (first === '' && last === '') return undefined
    if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
    // Without a beginning it is the number of bytes at the end.
    const offset = first === '' ? Math.max(0, size - Number(last)) : Number(first)
    const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1)
    if (offset < end) found.push({ offset, length: end - offset })
    else found.push({ offset: 0, length: 0 })
  }
  const satisfiable = found.filter(({ length }) => length > 0)
  if (found.length > 0 && satisfiable.length === 0) return 'unsatisfiable'
  return satisfiable.length === 1 ? satisfiable[0] : undefined
}
