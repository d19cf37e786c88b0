import type { Budget } from '../budget.js'
import { TemplateFault } from '../template-error.js'
import { GoList, GoMap, integerOf, Missing, typeOf, type Value } from '../values/value.js'
import { formatFloat } from './float.js'
import { formatGoSyntax, formatNested, formatValue, plainScalar } from './print.js'
import { quoteGo } from './quote.js'

interface Flags {
  plus: boolean
  minus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  width: number | undefined
  precision: number | undefined
}

/** Widths and precisions above this are refused by Go too. */
const MAX_WIDTH = 1_000_000

const DIRECTIVE = /%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?/y

/**
 * Go's fmt.Sprintf, with its way of putting mistakes into the text: `%!d(string=x)`, `%!s(MISSING)`, `%!(EXTRA int=1)`.
 * Explicit argument indexes (`%[1]d`), and `%x` and `%b` of floats, are refused.
 */
export function sprintf(format: string, args: readonly Value[], budget: Budget): string {
  let output = ''
  let next = 0
  for (let at = 0; at < format.length; ) {
    const percent = format.indexOf('%', at)
    output += percent === -1 ? format.slice(at) : format.slice(at, percent)
    if (percent === -1) break
    DIRECTIVE.lastIndex = percent
    const [matched = '%', flagText = '', widthText, precisionText] = DIRECTIVE.exec(format) ?? []
    const verb = String.fromCodePoint(format.codePointAt(percent + matched.length) ?? 0)
    at = percent + matched.length + verb.length
    if (percent + matched.length >= format.length)
      return check(`${output}%!(NOVERB)${extra(args, next, budget)}`, budget)
    if (verb === '[') throw new TemplateFault('argument indexes such as %[1]d are not supported')
    const flags = flagsOf(flagText)
    const star = (text: string | undefined, fault: string): number | undefined => {
      if (text !== '*') return text === undefined ? undefined : Number(text)
      const value = next < args.length ? integerOf(args[next] ?? null) : undefined
      next++
      if (value === undefined || value > MAX_WIDTH || value < -MAX_WIDTH) output += fault
      else return Number(value)
      return undefined
    }
    flags.width = star(widthText, '%!(BADWIDTH)')
    if (flags.width !== undefined && flags.width < 0)
      [flags.width, flags.minus, flags.zero] = [-flags.width, true, false]
    flags.precision = star(precisionText, '%!(BADPREC)') ?? (matched.includes('.') ? 0 : undefined)
    if (precisionText === '*' && (flags.precision ?? 0) < 0) {
      output += '%!(BADPREC)'
      flags.precision = undefined
    }
    if ((flags.width ?? 0) > MAX_WIDTH || (flags.precision ?? 0) > MAX_WIDTH) {
      throw new TemplateFault('a width or precision is too large')
    }
    if (verb === '%') output += '%'
    else if (next >= args.length) output += `%!${verb}(MISSING)`
    else output += formatOne(verb, args[next++] ?? null, flags, budget)
    check(output, budget)
  }
  return check(output + extra(args, next, budget), budget)
}

function check(text: string, budget: Budget): string {
  budget.spendText(text.length)
  return text
}

function extra(args: readonly Value[], next: number, budget: Budget): string {
  if (next >= args.length) return ''
  return `%!(EXTRA ${args
    .slice(next)
    .map((arg) => typedText(arg, budget))
    .join(', ')})`
}

function typedText(value: Value, budget: Budget): string {
  if (value === null || value instanceof Missing) return '<nil>'
  return `${typeOf(value)}=${formatValue(value, budget)}`
}

function flagsOf(text: string): Flags {
  const minus = text.includes('-')
  return {
    plus: text.includes('+'),
    minus,
    sharp: text.includes('#'),
    space: text.includes(' '),
    zero: text.includes('0') && !minus,
    width: undefined,
    precision: undefined,
  }
}

function pad(text: string, flags: Flags, zero = false): string {
  const missing = (flags.width ?? 0) - [...text].length
  if (missing <= 0) return text
  if (flags.minus) return text + ' '.repeat(missing)
  return (zero ? '0' : ' ').repeat(missing) + text
}

function formatOne(verb: string, value: Value, flags: Flags, budget: Budget): string {
  if (verb === 'T') return pad(typeOf(value), flags, flags.zero)
  if (value === null || value instanceof Missing) {
    return verb === 'v' ? pad('<nil>', flags, flags.zero) : `%!${verb}(<nil>)`
  }
  if (verb === 'p') return badVerb(verb, value, budget)
  // To %v a plus is about the names of fields, which no value here has.
  if (verb === 'v') flags.plus = false
  if (verb === 'v' && flags.sharp) return pad(formatGoSyntax(value, budget), flags)
  return formatNested(value, budget, (scalar, nested) => {
    if ((scalar === null || scalar instanceof Missing) && nested) {
      return pad('<nil>', flags, flags.zero)
    }
    return formatScalar(verb, scalar, flags) ?? badVerb(verb, scalar, budget)
  })
}

function badVerb(verb: string, value: Value, budget: Budget): string {
  return `%!${verb}(${typedText(value, budget)})`
}

/** The scalar in the verb's form, or undefined where the verb has none for its type. */
function formatScalar(verb: string, value: Value, flags: Flags): string | undefined {
  if (typeof value === 'boolean')
    return verb === 't' || verb === 'v' ? pad(String(value), flags, flags.zero) : undefined
  if (typeof value === 'string') return formatString(verb, value, flags)
  if (typeof value === 'number') return formatFloatVerb(verb, value, flags)
  const integer = integerOf(value)
  if (integer !== undefined) return formatInteger(verb, integer, flags)
  return value instanceof GoList || value instanceof GoMap ? undefined : plainScalar(value)
}

function formatString(verb: string, value: string, flags: Flags): string | undefined {
  const cut = flags.precision === undefined ? value : [...value].slice(0, flags.precision).join('')
  switch (verb) {
    case 's':
    case 'v':
      return pad(cut, flags, flags.zero)
    case 'q':
      return pad(
        flags.sharp && !/[`\p{Cc}\ufeff]/u.test(cut.replaceAll('\t', ''))
          ? `\`${cut}\``
          : quoteGo(cut, '"', flags.plus),
        flags,
        flags.zero,
      )
    case 'x':
    case 'X':
      return pad(hexOfBytes(Buffer.from(value).subarray(0, flags.precision), verb === 'X', flags), flags, flags.zero)
    default:
      return undefined
  }
}

function hexOfBytes(bytes: Uint8Array, upper: boolean, flags: Flags): string {
  const prefix = flags.sharp ? (upper ? '0X' : '0x') : ''
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
  if (pairs.length === 0) return ''
  const text = flags.space ? pairs.map((pair) => prefix + pair).join(' ') : prefix + pairs.join('')
  return upper ? text.toUpperCase() : text
}

const BASES: Readonly<Record<string, readonly [number, string]>> = {
  d: [10, ''],
  v: [10, ''],
  b: [2, '0b'],
  o: [8, '0'],
  O: [8, ''],
  x: [16, '0x'],
  X: [16, '0X'],
}

function formatInteger(verb: string, value: bigint, flags: Flags): string | undefined {
  const isRune = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn)
  const char = isRune ? String.fromCodePoint(Number(value)) : '\ufffd'
  if (verb === 'c') return pad(char, flags, flags.zero)
  if (verb === 'q') return pad(quoteGo(char, "'", flags.plus), flags, flags.zero)
  if (verb === 'U') {
    const code = value.toString(16).toUpperCase().padStart(4, '0')
    return pad(flags.sharp && isRune ? `U+${code} '${char}'` : `U+${code}`, flags)
  }
  const base = BASES[verb]
  if (!base) return undefined
  const [radix, prefix] = base
  const sign = value < 0n ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  const magnitude = (value < 0n ? -value : value).toString(radix)
  let digits = verb === 'X' ? magnitude.toUpperCase() : magnitude
  if (flags.precision !== undefined)
    digits = value === 0n && flags.precision === 0 ? '' : digits.padStart(flags.precision, '0')
  const before = sign + (verb === 'O' ? '0o' : flags.sharp && !(verb === 'o' && digits.startsWith('0')) ? prefix : '')
  if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0)
  // Zeros go between sign and digits, and Go counts the prefix on top of them.
  if (flags.zero && flags.precision === undefined && flags.width !== undefined)
    digits = digits.padStart(flags.width - sign.length, '0')
  return pad(before + digits, flags)
}

function formatFloatVerb(verb: string, value: number, flags: Flags): string | undefined {
  const known: Readonly<Record<string, readonly ['e' | 'E' | 'f' | 'F' | 'g' | 'G', number]>> = {
    v: ['g', -1],
    g: ['g', -1],
    G: ['G', -1],
    e: ['e', 6],
    E: ['E', 6],
    f: ['f', 6],
    F: ['f', 6],
  }
  if (/[xXb]/.test(verb)) throw new TemplateFault(`floats in the form of %${verb} are not supported`)
  const form = known[verb]
  if (!form) return undefined
  const text = formatFloat(value, form[0], flags.precision ?? form[1])
  const sign = text.startsWith('-') ? '-' : flags.plus ? '+' : flags.space ? ' ' : text.startsWith('+') ? '+' : ''
  const digits = text.replace(/^[+-]/, '')
  const isNumber = Number.isFinite(value)
  if (flags.zero && isNumber && flags.width !== undefined) return sign + digits.padStart(flags.width - sign.length, '0')
  return pad(sign + digits, flags)
}
