/** A float as Go's strconv.FormatFloat writes it. A precision of -1 asks for as many digits as tell it from its neighbours. */
export function formatFloat(value: number, verb: 'e' | 'E' | 'f' | 'F' | 'g' | 'G', precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const text = formatMagnitude(Math.abs(value), verb.toLowerCase(), precision)
  return sign + (verb === 'E' || verb === 'G' ? text.toUpperCase() : text)
}

function formatMagnitude(value: number, verb: string, precision: number): string {
  if (verb === 'e') return exponential(value, precision)
  if (verb === 'f') return precision < 0 ? shortestFixed(value) : fixed(value, precision)
  return general(value, precision)
}

/** Exponents have two digits at least. */
function exponential(value: number, precision: number): string {
  const text = precision < 0 ? value.toExponential() : value.toExponential(Math.min(precision, 100))
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

function shortestFixed(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const point = Number(exponent) + 1
  if (point <= 0) return value === 0 ? '0' : `0.${'0'.repeat(-point)}${digits}`
  if (digits.length <= point) return digits.padEnd(point, '0')
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}

function fixed(value: number, precision: number): string {
  // toFixed is exact below 1e21; above, every float is an integer.
  if (value < 1e21) return isTie(value, precision) ? toEven(value, precision) : value.toFixed(Math.min(precision, 100))
  return BigInt(value).toString() + (precision > 0 ? `.${'0'.repeat(Math.min(precision, 100))}` : '')
}

/** %g: the shorter of the two, by the exponent. */
function general(value: number, precision: number): string {
  const wanted = precision === 0 ? 1 : precision
  const [mantissa = '', exponentText = '0'] = (
    wanted < 0 ? value.toExponential() : value.toExponential(Math.min(wanted, 101) - 1)
  ).split('e')
  const digits = mantissa.replace('.', '').replace(/0+$/, '') || '0'
  const exponent = Number(exponentText)
  let threshold = wanted
  if (threshold > digits.length && digits.length >= exponent + 1) threshold = digits.length
  if (wanted < 0) threshold = 6
  if (exponent < -4 || exponent >= threshold) return exponential(value, digits.length - 1)
  return shortestFixed(Number(`${digits.slice(0, 1)}.${digits.slice(1) || '0'}e${exponent}`))
}

/** Whether the value is exactly half way between two of this precision: JavaScript then rounds up, Go to the even one. */
function isTie(value: number, precision: number): boolean {
  return precision < 70 && /^50*$/.test(value.toFixed(precision + 30).slice(-30))
}

function toEven(value: number, precision: number): string {
  const down = value
    .toFixed(precision + 30)
    .slice(0, -30)
    .replace(/\.$/, '')
  return /[02468]$/.test(down) ? down : value.toFixed(precision)
}
