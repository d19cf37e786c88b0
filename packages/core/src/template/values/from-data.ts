import { KairosError } from '../../errors/index.js'
import { GoList, GoMap, type Value } from './value.js'

const MAX_DEPTH = 100

/**
 * A template's own copy of the caller's data: plain objects and Maps become maps, integers ints, other numbers floats.
 * The copy is what `set` changes.
 *
 * @throws KairosError `argument/invalid` for what has no place in a template (functions, cycles) or is nested too deeply
 */
export function valueOfData(data: unknown, depth = 0): Value {
  if (depth > MAX_DEPTH) throw new KairosError('argument/invalid', 'The values of a template are nested too deeply.')
  switch (typeof data) {
    case 'undefined':
      return null
    case 'boolean':
    case 'string':
      return data
    case 'bigint':
      return BigInt.asIntN(64, data)
    case 'number':
      return Number.isSafeInteger(data) && !Object.is(data, -0) ? BigInt(data) : data
    case 'object':
      return valueOfObject(data, depth)
    default:
      throw new KairosError('argument/invalid', `A template cannot use a ${typeof data} as a value.`)
  }
}

function valueOfObject(data: object | null, depth: number): Value {
  if (data === null) return null
  if (Array.isArray(data)) return new GoList(data.map((item) => valueOfData(item, depth + 1)))
  if (data instanceof Date) return data.toISOString()
  const entries = data instanceof Map ? [...data] : Object.entries(data)
  return new GoMap(new Map(entries.map(([key, value]) => [String(key), valueOfData(value, depth + 1)])))
}
