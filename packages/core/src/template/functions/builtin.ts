import type { Budget } from '../budget.js'
import { formatValue, sprint } from '../format/print.js'
import { sprintf } from '../format/printf.js'
import { TemplateFault } from '../template-error.js'
import { GoList, GoMap, integerOf, isTrue, SizedInt, typeOf, type Value } from '../values/value.js'
import { asking, fixed, type TemplateFunction, variadic } from './signature.js'

/**
 * The functions of text/template itself, without `and` and `or`, which evaluate only what they need and so are syntax to
 * the evaluator, and without `call`, since no value is a function, and `js`.
 */
export const builtinFunctions: Readonly<Record<string, TemplateFunction>> = {
  not: asking(fixed(['any'], (_budget, value) => !isTrue(value))),
  len: fixed(['any'], (_budget, value) => BigInt(lengthOf(value))),
  index: variadic(['any'], 'any', (_budget, value, ...indexes) => indexes.reduce<Value>(at, value)),
  print: variadic([], 'any', (budget, ...values) => sprint(values, budget)),
  println: variadic(
    [],
    'any',
    (budget, ...values) => `${values.map((value) => formatValue(value, budget)).join(' ')}\n`,
  ),
  printf: variadic(['string'], 'any', (budget, format, ...values) => sprintf(format, values, budget)),
  html: variadic([], 'any', (budget, ...values) => escapeHtml(textOf(values, budget))),
  urlquery: variadic([], 'any', (budget, ...values) => queryEscape(textOf(values, budget))),
}

/** One string as it is, anything else as `print` has it. */
function textOf(values: readonly Value[], budget: Budget): string {
  return sprint(values, budget)
}

function lengthOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (value instanceof GoList) return value.items.length
  if (value instanceof GoMap) return value.entries.size
  throw new TemplateFault(`a string, list or map expected, ${typeOf(value)} found`)
}

function at(value: Value, index: Value): Value {
  if (value instanceof GoMap) {
    if (typeof index !== 'string')
      throw new TemplateFault(`a string expected as the key of a map, ${typeOf(index)} found`)
    return value.entries.get(index) ?? (value.element === 'string' ? '' : null)
  }
  const number = integerOf(index)
  if (typeof value !== 'string' && !(value instanceof GoList)) {
    throw new TemplateFault(`a list, map or string to take an element of expected, ${typeOf(value)} found`)
  }
  if (number === undefined) throw new TemplateFault(`an int expected as index, ${typeOf(index)} found`)
  const length = lengthOf(value)
  if (number < 0n || number >= BigInt(length)) {
    throw new TemplateFault(
      `an index from 0 to ${length - 1} expected, ${number} found`.replace('from 0 to -1', 'of an empty value'),
    )
  }
  if (value instanceof GoList) return value.items[Number(number)] ?? null
  return new SizedInt('uint8', BigInt(Buffer.from(value)[Number(number)] ?? 0))
}

const HTML: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\ufffd',
}

function escapeHtml(text: string): string {
  return text.replace(/["'&<>\0]/g, (char) => HTML[char] ?? char)
}

/** Go's url.QueryEscape: a space is `+`, and only letters, digits and `-_.~` stay. */
function queryEscape(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
