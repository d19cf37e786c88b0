import type { Budget } from '../budget.js'
import { TemplateFault } from '../template-error.js'
import { deepEqual } from '../values/equal.js'
import { GoList, isTrue, Missing, typeOf, type Value } from '../values/value.js'
import { integerFrom } from './numbers.js'
import { asking, fixed, size, type TemplateFunction, variadic } from './signature.js'

/** sprig's functions on lists. `slice` is sprig's, which takes the place of text/template's, but cuts strings too. */
export const listFunctions: Readonly<Record<string, TemplateFunction>> = {
  list: variadic([], 'any', (_budget, ...values) => new GoList(values)),
  tuple: variadic([], 'any', (_budget, ...values) => new GoList(values)),
  first: fixed(['any'], (_budget, list) => itemsOf(list)[0] ?? null),
  last: fixed(['any'], (_budget, list) => itemsOf(list).at(-1) ?? null),
  rest: fixed(['any'], (budget, list) => listOf(itemsOf(list).slice(1), budget)),
  initial: fixed(['any'], (budget, list) => listOf(itemsOf(list).slice(0, -1), budget)),
  append: fixed(['any', 'any'], (budget, list, item) => listOf([...itemsOf(list), item], budget)),
  push: fixed(['any', 'any'], (budget, list, item) => listOf([...itemsOf(list), item], budget)),
  prepend: fixed(['any', 'any'], (budget, list, item) => listOf([item, ...itemsOf(list)], budget)),
  concat: variadic([], 'any', (budget, ...lists) => {
    for (const list of lists) budget.spend(itemsOf(list).length)
    return new GoList(lists.flatMap((list) => itemsOf(list)))
  }),
  reverse: fixed(['any'], (budget, list) => listOf([...itemsOf(list)].reverse(), budget)),
  compact: fixed(['any'], (budget, list) => listOf(itemsOf(list).filter(isTrue), budget)),
  uniq: fixed(['any'], (budget, list) => {
    const unique: Value[] = []
    for (const item of itemsOf(list)) if (!includes(unique, item, budget)) unique.push(item)
    return new GoList(unique)
  }),
  without: variadic(['any'], 'any', (budget, list, ...left) =>
    listOf(
      itemsOf(list).filter((item) => !includes(left, item, budget)),
      budget,
    ),
  ),
  has: asking(fixed(['any', 'any'], (budget, item, list) => list !== null && includes(itemsOf(list), item, budget))),
  slice: variadic(['any'], 'any', (budget, value, ...indexes) => slice(value, indexes, budget)),
  chunk: fixed(['int', 'any'], (budget, count, list) => {
    if (count < 1n) throw new TemplateFault(`a size of at least 1 expected, ${count} found`)
    const items = listOf(itemsOf(list), budget).items
    const chunks = Array.from(
      { length: Math.ceil(items.length / size(count)) },
      (_, index) => new GoList(items.slice(index * size(count), (index + 1) * size(count))),
    )
    return new GoList(chunks, '[]interface {}')
  }),
}

function itemsOf(list: Value): readonly Value[] {
  if (list instanceof GoList) return list.items
  throw new TemplateFault(`a list expected, ${typeOf(list)} found`)
}

function listOf(items: readonly Value[], budget: Budget): GoList {
  budget.spend(items.length)
  return new GoList(items)
}

function includes(items: readonly Value[], wanted: Value, budget: Budget): boolean {
  return items.some((item) => deepEqual(item instanceof Missing ? null : item, wanted, budget))
}

function slice(list: Value, indexes: readonly Value[], budget: Budget): Value {
  const items = itemsOf(list)
  if (items.length === 0) return null
  const start = indexes[0] === undefined ? 0 : size(integerFrom(indexes[0]))
  const end = indexes[1] === undefined ? items.length : size(integerFrom(indexes[1]))
  if (!(start >= 0 && start <= end && end <= items.length)) {
    throw new TemplateFault(`a range within the ${items.length} elements expected, ${start} to ${end} found`)
  }
  budget.spend(end - start)
  return new GoList(items.slice(start, end), list instanceof GoList ? list.element : 'interface {}')
}
