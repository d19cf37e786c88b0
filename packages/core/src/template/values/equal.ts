import type { Budget } from '../budget.js'
import { TemplateFault } from '../template-error.js'
import { GoList, GoMap, Missing, SizedInt, typeOf, type Value } from './value.js'

/** Deeper data is taken for a cycle, which `set` can make. */
const MAX_DEPTH = 200

/** Go's reflect.DeepEqual: equal types and equal contents. */
export function deepEqual(a: Value, b: Value, budget: Budget, depth = 0): boolean {
  budget.spend(1)
  if (depth > MAX_DEPTH) throw new TemplateFault('a value is nested too deeply')
  if (typeOf(a) !== typeOf(b)) return false
  if (a instanceof Missing || a === null) return true
  if (a instanceof SizedInt && b instanceof SizedInt) return a.value === b.value
  if (a instanceof GoList && b instanceof GoList) {
    return (
      a.items.length === b.items.length &&
      a.items.every((item, index) => deepEqual(item, b.items[index] ?? null, budget, depth + 1))
    )
  }
  if (a instanceof GoMap && b instanceof GoMap) {
    return (
      a.entries.size === b.entries.size &&
      [...a.entries].every(
        ([key, value]) => b.entries.has(key) && deepEqual(value, b.entries.get(key) ?? null, budget, depth + 1),
      )
    )
  }
  return a === b
}
