const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}

const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/gsu

/**
 * What is between the quotes of a Go string or character literal, with escapes resolved, or undefined for an escape that
 * Go does not have. Bytes (`\xff`, `\377`) have to make UTF-8 together.
 */
export function unescapeGo(body: string, quote: string): string | undefined {
  const bytes: Buffer[] = []
  let last = 0
  for (const match of body.matchAll(ESCAPE)) {
    const [whole, hex, short, long, octal, simple] = match
    bytes.push(Buffer.from(body.slice(last, match.index)))
    last = match.index + whole.length
    if (hex !== undefined) bytes.push(Buffer.from(hex, 'hex'))
    else if (octal !== undefined) {
      if (Number.parseInt(octal, 8) > 0xff) return undefined
      bytes.push(Buffer.of(Number.parseInt(octal, 8)))
    } else if (simple !== undefined) {
      const char = simple === quote ? quote : SIMPLE[simple]
      if (char === undefined) return undefined
      bytes.push(Buffer.from(char))
    } else {
      const code = Number.parseInt(short ?? long ?? '', 16)
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
      bytes.push(Buffer.from(String.fromCodePoint(code)))
    }
  }
  if (body.indexOf('\\', last) !== -1) return undefined
  bytes.push(Buffer.from(body.slice(last)))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes))
  } catch {
    return undefined
  }
}

/**
 * A number literal of Go: decimal, `0x`, `0o`, `0b`, old octal, `_` between digits, floats, hexadecimal floats. Integers
 * are bigint, what is written as a float is a number; undefined for what is none or does not fit an int.
 */
export function parseGoNumber(text: string): bigint | number | undefined {
  const integer = parseGoInteger(text)
  if (integer !== undefined) return integer >= -(2n ** 63n) && integer < 2n ** 63n ? integer : undefined
  if (!/^[+-]?(\d(_?\d)*\.?(\d(_?\d)*)?|\.\d(_?\d)*)([eE][+-]?\d(_?\d)*)?$/.test(text)) return parseHexFloat(text)
  if (/^[+-]?0[\d_]+$/.test(text)) return undefined
  const value = Number(text.replaceAll('_', ''))
  return Number.isFinite(value) ? value : undefined
}

/** The integer that a text stands for in Go (strconv.ParseInt with base 0), of any size. */
export function parseGoInteger(text: string): bigint | undefined {
  const sign = /^[+-]/.test(text) ? text[0] : ''
  const body = text.slice(sign ? 1 : 0)
  let digits: string | undefined
  if (/^(0|[1-9](_?\d)*)$/.test(body)) digits = body
  else if (/^0[xX](_?[\da-fA-F])+$|^0[oO](_?[0-7])+$|^0[bB](_?[01])+$/.test(body)) digits = body.toLowerCase()
  else if (/^0(_?[0-7])+$/.test(body)) digits = `0o${body.slice(1)}`
  if (digits === undefined) return undefined
  const value = BigInt(digits.replaceAll('_', ''))
  return sign === '-' ? -value : value
}

function parseHexFloat(text: string): number | undefined {
  const match = /^([+-]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d{1,4})$/.exec(text.replaceAll('_', ''))
  if (!match) return undefined
  const [, sign, whole = '', fraction = '', exponent] = match
  if (whole + fraction === '' || whole.length + fraction.length > 13) return undefined
  const value = Number.parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length)
  return Number.isFinite(value) ? (sign === '-' ? -value : value) : undefined
}
