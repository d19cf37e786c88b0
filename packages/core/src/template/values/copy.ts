import type { Budget } from '../budget.js'
import { TemplateFault } from '../template-error.js'
import { GoList, GoMap, type Value } from './value.js'

/** Deeper data is taken for a cycle, which `set` can make. */
const MAX_DEPTH = 200

/** A copy whose maps `set` can change without changing the original. */
export function deepCopy(value: Value, budget: Budget, depth = 0): Value {
  budget.spend(1)
  if (depth > MAX_DEPTH) throw new TemplateFault('a value is nested too deeply')
  if (value instanceof GoList) {
    return new GoList(
      value.items.map((item) => deepCopy(item, budget, depth + 1)),
      value.element,
    )
  }
  if (!(value instanceof GoMap)) return value
  const entries = [...value.entries].map(([key, item]) => [key, deepCopy(item, budget, depth + 1)] as const)
  return new GoMap(new Map(entries), value.element)
}
