import type { Budget } from '../budget.js'
import { TemplateFault } from '../template-error.js'
import { GoList, GoMap, integerOf, Missing, typeOf, type Value } from '../values/value.js'
import { formatFloat } from './float.js'
import { quoteGo } from './quote.js'

/** Deeper data is taken for a cycle, which `set` can make. */
const MAX_DEPTH = 200

/** Formats the scalars of a value with `scalar`, and lists and maps around them as fmt does: `[1 2]`, `map[a:1 b:2]`. */
export function formatNested(
  value: Value,
  budget: Budget,
  scalar: (value: Value, nested: boolean) => string,
  depth = 0,
): string {
  budget.spend(1)
  if (depth > MAX_DEPTH) throw new TemplateFault('a value is nested too deeply to be printed')
  const inner = (item: Value) => formatNested(item, budget, scalar, depth + 1)
  const text =
    value instanceof GoList
      ? `[${value.items.map(inner).join(' ')}]`
      : value instanceof GoMap
        ? `map[${value
            .sorted()
            .map(([key, item]) => `${scalar(key, true)}:${inner(item)}`)
            .join(' ')}]`
        : scalar(value, depth > 0)
  budget.spendText(text.length)
  return text
}

/** A value as %v prints it. */
export function formatValue(value: Value, budget: Budget): string {
  return typeof value === 'string' ? value : formatNested(value, budget, plainScalar)
}

export function plainScalar(value: Value): string {
  if (value === null || value instanceof Missing) return '<nil>'
  if (typeof value === 'number') return formatFloat(value, 'g', -1)
  const integer = integerOf(value)
  return String(integer ?? value)
}

/** A value as Go source, as %#v prints it. */
export function formatGoSyntax(value: Value, budget: Budget, depth = 0): string {
  budget.spend(1)
  if (depth > MAX_DEPTH) throw new TemplateFault('a value is nested too deeply to be printed')
  const inner = (item: Value) => formatGoSyntax(item, budget, depth + 1)
  const text = (() => {
    if (typeof value === 'string') return quoteGo(value)
    if (value instanceof GoList) return `${typeOf(value)}{${value.items.map(inner).join(', ')}}`
    if (value instanceof GoMap) {
      const entries = value.sorted().map(([key, item]) => `${quoteGo(key)}:${inner(item)}`)
      return `${typeOf(value)}{${entries.join(', ')}}`
    }
    if (value === null || value instanceof Missing) return depth > 0 ? 'interface {}(nil)' : '<nil>'
    return typeOf(value) === 'uint8' ? `0x${(integerOf(value) ?? 0n).toString(16)}` : plainScalar(value)
  })()
  budget.spendText(text.length)
  return text
}

/** Go's fmt.Sprint: a space between two operands when neither is a string. */
export function sprint(values: readonly Value[], budget: Budget): string {
  return values
    .map((value, index) => {
      const before = values[index - 1]
      const space = index > 0 && typeof value !== 'string' && typeof before !== 'string' ? ' ' : ''
      return space + formatValue(value, budget)
    })
    .join('')
}
