/**
 * The values that templates compute with, each with the type that Go would give it: `%T`, `kindOf` and printf's error
 * forms show it, and `has` tells an int from an int64.
 *
 *     here       Go
 *     null       nil
 *     bigint     int
 *     number     float64
 *     SizedInt   int64 (arithmetic), uint8 (a byte of a string), int32
 *     GoList     []interface {}, []string, []int
 *     GoMap      map[string]interface {}, map[string]string
 */
export type Value = null | boolean | string | bigint | number | SizedInt | GoList | GoMap | Missing

export class SizedInt {
  constructor(
    readonly type: 'int64' | 'uint8',
    readonly value: bigint,
  ) {}
}

export const int64 = (value: bigint): SizedInt => new SizedInt('int64', BigInt.asIntN(64, value))

export class GoList {
  constructor(
    readonly items: readonly Value[],
    readonly element: 'interface {}' | 'string' | 'int' | '[]interface {}' = 'interface {}',
  ) {}
}

/** A Map and not an object: keys such as `__proto__` are keys like any other. */
export class GoMap {
  constructor(
    readonly entries: Map<string, Value> = new Map(),
    readonly element: 'interface {}' | 'string' = 'interface {}',
  ) {}

  /** Entries in the order of their keys, as Go prints and ranges. */
  sorted(): [string, Value][] {
    return [...this.entries].sort(([a], [b]) => compareStrings(a, b))
  }
}

/** A key that the data does not have: nil, but it remembers which one, so that the reader can be told. */
export class Missing {
  constructor(
    /** As written in the template. */
    readonly path: string,
    readonly offset: number,
    /** Its name from the root of the data, as `--set` takes it; undefined where that is not known. */
    readonly setting: string | undefined,
  ) {}
}

/** The order of the bytes in UTF-8, which is that of the code points. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  return /[\ud800-\udfff]/.test(a + b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : a < b ? -1 : 1
}

export function typeOf(value: Value): string {
  if (value === null || value instanceof Missing) return '<nil>'
  if (value instanceof SizedInt) return value.type
  if (value instanceof GoList) return `[]${value.element}`
  if (value instanceof GoMap) return `map[string]${value.element}`
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

export function kindOf(value: Value): string {
  if (value === null || value instanceof Missing) return 'invalid'
  if (value instanceof GoList) return 'slice'
  return value instanceof GoMap ? 'map' : typeOf(value)
}

/** An integer of any type, or undefined. */
export function integerOf(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value
  return value instanceof SizedInt ? value.value : undefined
}

/** What `if` and `with` ask: nothing, zero and empty are false. */
export function isTrue(value: Value): boolean {
  if (value === null || value instanceof Missing) return false
  if (value instanceof GoList) return value.items.length > 0
  if (value instanceof GoMap) return value.entries.size > 0
  const integer = integerOf(value)
  if (integer !== undefined) return integer !== 0n
  // Not a number is not zero.
  return typeof value === 'number' ? value !== 0 : Boolean(value)
}
