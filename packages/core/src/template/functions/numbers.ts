import type { Budget } from '../budget.js'
import { formatValue } from '../format/print.js'
import { parseGoInteger } from '../syntax/literal.js'
import { TemplateFault } from '../template-error.js'
import { GoList, int64, integerOf, type SizedInt, type Value } from '../values/value.js'
import { type DecimalOperation, foldDecimals } from './decimal.js'
import { fixed, size, type TemplateFunction, variadic } from './signature.js'

/** sprig's functions on numbers. Text that is no number counts as 0; integers are int64 and overflow as in Go. */
export const numberFunctions: Readonly<Record<string, TemplateFunction>> = {
  int: fixed(['any'], (_budget, value) => integerFrom(value)),
  int64: fixed(['any'], (_budget, value) => int64(integerFrom(value))),
  float64: fixed(['any'], (_budget, value) => floatFrom(value)),
  atoi: fixed(['string'], (_budget, text) => {
    const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : 0n
    return inRange(value) ? value : value > 0n ? MAX_INT64 : MIN_INT64
  }),
  add: variadic([], 'any', (_budget, ...values) => fold(values, (a, b) => a + b)),
  add1: fixed(['any'], (_budget, value) => int64(integerFrom(value) + 1n)),
  sub: fixed(['any', 'any'], (_budget, a, b) => int64(integerFrom(a) - integerFrom(b))),
  mul: variadic(['any'], 'any', (_budget, ...values) => fold(values, (a, b) => BigInt.asIntN(64, a * b))),
  div: fixed(['any', 'any'], (_budget, a, b) => int64(integerFrom(a) / divisor(b))),
  mod: fixed(['any', 'any'], (_budget, a, b) => int64(integerFrom(a) % divisor(b))),
  max: variadic(['any'], 'any', (_budget, ...values) => fold(values, (a, b) => (b > a ? b : a))),
  min: variadic(['any'], 'any', (_budget, ...values) => fold(values, (a, b) => (b < a ? b : a))),
  biggest: variadic(['any'], 'any', (_budget, ...values) => fold(values, (a, b) => (b > a ? b : a))),
  maxf: variadic(['any'], 'any', (_budget, ...values) => extreme(values, Math.max)),
  minf: variadic(['any'], 'any', (_budget, ...values) => extreme(values, Math.min)),
  add1f: fixed(['any'], (_budget, value) => foldDecimals([floatFrom(value), 1], 'add')),
  addf: decimals([], 'add'),
  subf: decimals(['any'], 'subtract'),
  mulf: decimals(['any'], 'multiply'),
  divf: decimals(['any'], 'divide'),
  floor: fixed(['any'], (_budget, value) => Math.floor(floatFrom(value))),
  ceil: fixed(['any'], (_budget, value) => Math.ceil(floatFrom(value))),
  round: variadic(['any', 'int'], 'float64', (_budget, value, places, roundOn = 0.5) =>
    round(floatFrom(value), size(places), roundOn),
  ),
  until: fixed(['int'], (budget, count) => sequence(0n, count, count < 0n ? -1n : 1n, budget)),
  untilStep: fixed(['int', 'int', 'int'], (budget, start, stop, step) => sequence(start, stop, step, budget)),
  toDecimal: fixed(['any'], (budget, value) => {
    const text = formatValue(value, budget)
    const octal = /^([+-]?)([0-7]{1,22})$/.exec(text)
    const number = octal ? BigInt(`0o${octal[2]}`) * (octal[1] === '-' ? -1n : 1n) : 0n
    return int64(inRange(number) ? number : 0n)
  }),
  seq: variadic([], 'int', (budget, ...values) => seq(values, budget)),
}

/** Of floats as decimal numbers; of no values it is 0. */
function decimals(parameters: [] | ['any'], operation: DecimalOperation): TemplateFunction {
  return variadic(parameters, 'any', (budget, ...values) => {
    // Digits grow with each value.
    budget.spend(values.length * 16)
    return foldDecimals(values.map(floatFrom), operation)
  })
}

function extreme(values: readonly Value[], choose: (a: number, b: number) => number): number {
  return values.map(floatFrom).reduce((a, b) => choose(a, b))
}

const MAX_INT64 = 2n ** 63n - 1n
const MIN_INT64 = -(2n ** 63n)

function inRange(value: bigint): boolean {
  return value >= MIN_INT64 && value <= MAX_INT64
}

/** The integer that a value stands for: floats are cut, `"0x1f"` and `"3.0"` are read, anything else is 0. */
export function integerFrom(value: Value): bigint {
  const integer = integerOf(value)
  if (integer !== undefined) return integer
  if (typeof value === 'boolean') return value ? 1n : 0n
  // What does not fit is the smallest int64 on the processors that matter.
  if (typeof value === 'number') {
    const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : MIN_INT64
    return inRange(whole) ? whole : MIN_INT64
  }
  if (typeof value !== 'string') return 0n
  const read = parseGoInteger(value.replace(/\.0+$/, ''))
  return read !== undefined && inRange(read) ? read : 0n
}

export function floatFrom(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string') {
    if (/^[+-]?inf(inity)?$/i.test(value))
      return value.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value)) ? Number(value) : 0
  }
  return Number(integerOf(value) ?? 0n)
}

function fold(values: readonly Value[], operation: (a: bigint, b: bigint) => bigint): SizedInt {
  return int64(values.length === 0 ? 0n : values.map(integerFrom).reduce(operation))
}

function divisor(value: Value): bigint {
  const integer = integerFrom(value)
  if (integer === 0n) throw new TemplateFault('division by zero')
  return integer
}

function round(value: number, places: number, roundOn: number): number {
  const power = 10 ** places
  const digit = power * value
  // The fraction of a negative number is negative: it is never rounded up.
  const rounded = digit - Math.trunc(digit) >= roundOn ? Math.ceil(digit) : Math.floor(digit)
  return rounded / power
}

function sequence(start: bigint, stop: bigint, step: bigint, budget: Budget): GoList {
  const items: bigint[] = []
  if (stop < start ? step >= 0n : step <= 0n) return new GoList(items, 'int')
  for (let at = start; stop < start ? at > stop : at < stop; at += step) {
    budget.spend(1)
    items.push(at)
  }
  return new GoList(items, 'int')
}

/** `seq 3` is "1 2 3", `seq 2 4` "2 3 4", `seq 0 2 6` "0 2 4 6". */
function seq(values: readonly bigint[], budget: Budget): string {
  const [first, second, third] = values
  if (first === undefined || values.length > 3) return ''
  const [start, end] = second === undefined ? [1n, first] : [first, third ?? second]
  const direction = end < start ? -1n : 1n
  const step = third === undefined ? direction : (second ?? direction)
  if (third !== undefined && end < start && step > 0n) return ''
  return sequence(start, end + direction, step, budget).items.join(' ')
}
