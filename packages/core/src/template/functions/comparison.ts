import type { Budget } from '../budget.js'
import { TemplateFault } from '../template-error.js'
import { compareStrings, GoList, GoMap, integerOf, typeOf, type Value } from '../values/value.js'
import { asking, fixed, type TemplateFunction, variadic } from './signature.js'

type Basic = 'bool' | 'float' | 'int' | 'string' | undefined

/** The kinds that Go compares with each other. */
function basicKind(value: Value): Basic {
  if (integerOf(value) !== undefined) return 'int'
  if (typeof value === 'number') return 'float'
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'bool' : undefined
}

/** Go's eq: true if the first equals any of the others; values of different kinds are a mistake, nil equals only nil. */
function equalsAny(_budget: Budget, first: Value, ...others: Value[]): boolean {
  if (others.length === 0) throw new TemplateFault('a second value to compare with expected')
  return others.some((other) => areEqual(first, other))
}

function areEqual(a: Value, b: Value): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)]
  if (kindA !== kindB) {
    if (a === null || b === null) return false
    throw incompatible(a, b)
  }
  if (kindA === undefined) {
    if (a === null || b === null) return a === b
    throw incompatible(a, b)
  }
  return kindA === 'int' ? integerOf(a) === integerOf(b) : a === b
}

function isLess(a: Value, b: Value): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)]
  if (kindA === undefined || kindB === undefined || kindA !== kindB || kindA === 'bool') throw incompatible(a, b)
  if (kindA === 'string') return compareStrings(a as string, b as string) < 0
  return kindA === 'int' ? (integerOf(a) ?? 0n) < (integerOf(b) ?? 0n) : (a as number) < (b as number)
}

function incompatible(a: Value, b: Value): TemplateFault {
  const isCollection = a instanceof GoList || a instanceof GoMap || b instanceof GoList || b instanceof GoMap
  return new TemplateFault(
    `${typeOf(a)} and ${typeOf(b)} cannot be compared`,
    isCollection ? 'Compare what is in them.' : 'Convert one of them, for example with toString or int.',
  )
}

export const comparisonFunctions: Readonly<Record<string, TemplateFunction>> = {
  eq: asking(variadic(['any'], 'any', equalsAny)),
  ne: asking(fixed(['any', 'any'], (_budget, a, b) => !areEqual(a, b))),
  lt: fixed(['any', 'any'], (_budget, a, b) => isLess(a, b)),
  le: fixed(['any', 'any'], (_budget, a, b) => isLess(a, b) || areEqual(a, b)),
  gt: fixed(['any', 'any'], (_budget, a, b) => !isLess(a, b) && !areEqual(a, b)),
  ge: fixed(['any', 'any'], (_budget, a, b) => !isLess(a, b)),
}
