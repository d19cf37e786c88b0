import { TemplateFault } from '../template-error.js'

/** `digits` times ten to the power of `exponent`: sprig counts with these, so that 0.1 and 0.2 make 0.3. */
interface Decimal {
  readonly digits: bigint
  readonly exponent: number
}

/** Places behind the point of a quotient. */
const QUOTIENT_PLACES = 16

/** Numbers of more digits come from templates that mean harm. */
const MAX_DIGITS = 5_000
const LARGEST = 10n ** BigInt(MAX_DIGITS)

export type DecimalOperation = 'add' | 'subtract' | 'multiply' | 'divide'

/**
 * Joins floats from left to right, exactly but for quotients.
 *
 * @throws TemplateFault for what is no number, for a division by zero, and for results beyond all measure
 */
export function foldDecimals(values: readonly number[], operation: DecimalOperation): number {
  const [first = 0, ...rest] = values
  const { digits, exponent } = rest.reduce(
    (result, value) => checked(OPERATIONS[operation](result, decimalOf(value))),
    decimalOf(first),
  )
  return Number(`${digits}e${exponent}`)
}

const OPERATIONS: Readonly<Record<DecimalOperation, (a: Decimal, b: Decimal) => Decimal>> = {
  add: (a, b) => aligned(a, b, (x, y) => x + y),
  subtract: (a, b) => aligned(a, b, (x, y) => x - y),
  multiply: (a, b) => ({ digits: a.digits * b.digits, exponent: a.exponent + b.exponent }),
  divide,
}

function aligned(a: Decimal, b: Decimal, join: (x: bigint, y: bigint) => bigint): Decimal {
  const exponent = Math.min(a.exponent, b.exponent)
  return { digits: join(digitsAt(a, exponent), digitsAt(b, exponent)), exponent }
}

function divide(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new TemplateFault('division by zero')
  const shift = a.exponent - b.exponent + QUOTIENT_PLACES
  const over = a.digits * 10n ** BigInt(Math.max(shift, 0))
  const under = b.digits * 10n ** BigInt(Math.max(-shift, 0))
  const quotient = over / under
  const rest = over % under
  // Halves are rounded away from zero.
  const isRounded = abs(rest) * 2n >= abs(under)
  const away = over < 0n === under < 0n ? 1n : -1n
  return { digits: isRounded ? quotient + away : quotient, exponent: -QUOTIENT_PLACES }
}

function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new TemplateFault('a finite number expected, another one found')
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length }
}

function digitsAt({ digits, exponent }: Decimal, smaller: number): bigint {
  return digits * 10n ** BigInt(exponent - smaller)
}

function checked(value: Decimal): Decimal {
  if (Math.abs(value.exponent) > MAX_DIGITS || abs(value.digits) >= LARGEST) {
    throw new TemplateFault('the result has too many digits')
  }
  return value
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value
}
