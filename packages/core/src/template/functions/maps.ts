import type { Budget } from '../budget.js'
import { TemplateFault } from '../template-error.js'
import { GoList, GoMap, isTrue, Missing, typeOf, type Value } from '../values/value.js'
import { asking, fixed, type TemplateFunction, variadic } from './signature.js'
import { toText } from './strings.js'

/**
 * sprig's functions on maps. Where Go leaves the order open (`keys`, `values`), it is that of the keys, so that a
 * template gives the same text each time.
 */
export const mapFunctions: Readonly<Record<string, TemplateFunction>> = {
  dict: variadic([], 'any', (budget, ...values) => {
    const entries = new Map<string, Value>()
    for (let index = 0; index < values.length; index += 2) {
      const value = values[index + 1]
      entries.set(toText(values[index] ?? null, budget), value === undefined ? '' : value)
    }
    return new GoMap(entries)
  }),
  get: fixed(['map', 'string'], (_budget, map, key) => map.entries.get(key) ?? (map.entries.has(key) ? null : '')),
  set: fixed(['map', 'string', 'any'], (_budget, map, key, value) => {
    map.entries.set(key, value)
    return map
  }),
  unset: fixed(['map', 'string'], (_budget, map, key) => {
    map.entries.delete(key)
    return map
  }),
  hasKey: fixed(['map', 'string'], (_budget, map, key) => map.entries.has(key)),
  keys: variadic(
    [],
    'map',
    (budget, ...maps) =>
      new GoList(
        maps.flatMap((map) => sorted(map, budget).map(([key]) => key)),
        'string',
      ),
  ),
  values: fixed(['map'], (budget, map) => new GoList(sorted(map, budget).map(([, value]) => value))),
  pick: variadic(['map'], 'string', (_budget, map, ...keys) => {
    const picked = new Map<string, Value>()
    for (const key of keys) if (map.entries.has(key)) picked.set(key, map.entries.get(key) ?? null)
    return new GoMap(picked)
  }),
  omit: variadic(['map'], 'string', (budget, map, ...keys) => {
    const omitted = new Set(keys)
    return new GoMap(new Map(sorted(map, budget).filter(([key]) => !omitted.has(key))))
  }),
  pluck: variadic(
    ['string'],
    'map',
    (_budget, key, ...maps) =>
      new GoList(maps.filter(({ entries }) => entries.has(key)).map(({ entries }) => entries.get(key) ?? null)),
  ),
  dig: asking(variadic(['any', 'any'], 'any', (_budget, ...values) => dig(values))),
  merge: variadic(['map'], 'map', (budget, into, ...maps) => {
    for (const map of maps) mergeInto(into, map, false, budget)
    return into
  }),
  mergeOverwrite: variadic(['map'], 'map', (budget, into, ...maps) => {
    for (const map of maps) mergeInto(into, map, true, budget)
    return into
  }),
}

function sorted(map: GoMap, budget: Budget): [string, Value][] {
  budget.spend(map.entries.size)
  return map.sorted()
}

/** `dig "a" "b" "default" .map`: what is at .map.a.b, or the default. */
function dig(values: readonly Value[]): Value {
  if (values.length < 3) throw new TemplateFault(`at least 3 arguments expected, ${values.length} given`)
  let current: Value = values.at(-1) ?? null
  for (const key of values.slice(0, -2)) {
    if (!(current instanceof GoMap) || current.element !== 'interface {}') {
      throw new TemplateFault(`a map expected, ${typeOf(current)} found`)
    }
    if (typeof key !== 'string') throw new TemplateFault(`a string expected as key, ${typeOf(key)} found`)
    if (!current.entries.has(key)) return values.at(-2) ?? null
    current = current.entries.get(key) ?? null
  }
  return current
}

/** Maps within are merged; to `merge`, what is empty is not set. */
function mergeInto(into: GoMap, from: GoMap, overwrites: boolean, budget: Budget, depth = 0): void {
  if (depth > 100) throw new TemplateFault('a map is nested too deeply')
  for (const [key, value] of sorted(from, budget)) {
    const old = into.entries.get(key)
    if (old instanceof GoMap && value instanceof GoMap) mergeInto(old, value, overwrites, budget, depth + 1)
    else if (old === undefined || overwrites || (!isTrue(old) && isTrue(value))) {
      into.entries.set(key, value instanceof Missing ? null : value)
    }
  }
}
