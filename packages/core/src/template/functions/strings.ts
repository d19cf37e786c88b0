import type { Budget } from '../budget.js'
import { formatValue } from '../format/print.js'
import { quoteGo } from '../format/quote.js'
import { TemplateFault } from '../template-error.js'
import { GoList, GoMap, Missing, type Value } from '../values/value.js'
import { fixed, size, type TemplateFunction, variadic } from './signature.js'
import {
  byteLength,
  cutBytes,
  removeSpaces,
  titleCase,
  toLower,
  toUpper,
  trimCharacters,
  trimSpace,
  wrapText,
} from './text.js'

/** sprig's functions on text. */
export const stringFunctions: Readonly<Record<string, TemplateFunction>> = {
  trim: fixed(['string'], (_budget, text) => trimSpace(text)),
  trimAll: fixed(['string', 'string'], (_budget, characters, text) => trimCharacters(text, characters)),
  trimall: fixed(['string', 'string'], (_budget, characters, text) => trimCharacters(text, characters)),
  trimPrefix: fixed(['string', 'string'], (_budget, prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimSuffix: fixed(['string', 'string'], (_budget, suffix, text) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  upper: fixed(['string'], (_budget, text) => toUpper(text)),
  lower: fixed(['string'], (_budget, text) => toLower(text)),
  title: fixed(['string'], (_budget, text) => titleCase(text)),
  untitle: fixed(['string'], (_budget, text) => text.replace(/(?<!\S)\p{Lu}/gu, (char) => toLower(char))),
  trunc: fixed(['int', 'string'], (_budget, count, text) => truncate(size(count), text)),
  abbrev: fixed(['int', 'string'], (_budget, width, text) => {
    if (width < 4n || width >= BigInt(byteLength(text))) return text
    return `${cutBytes(text, 0, size(width) - 3)}...`
  }),
  abbrevboth: fixed(['int', 'int', 'string'], (_budget, left, right, text) => {
    return right < 4n || (left > 0n && right < 7n) ? text : abbreviateBoth(text, left, right)
  }),
  substr: fixed(['int', 'int', 'string'], (_budget, start, end, text) => {
    const length = byteLength(text)
    if (start < 0n) return cutBytes(text, 0, size(end))
    return cutBytes(text, size(start), end < 0n || end > BigInt(length) ? length : size(end))
  }),
  repeat: fixed(['int', 'string'], (budget, count, text) => repeat(text, count, budget)),
  nospace: fixed(['string'], (_budget, text) => removeSpaces(text)),
  contains: fixed(['string', 'string'], (_budget, part, text) => text.includes(part)),
  hasPrefix: fixed(['string', 'string'], (_budget, prefix, text) => text.startsWith(prefix)),
  hasSuffix: fixed(['string', 'string'], (_budget, suffix, text) => text.endsWith(suffix)),
  replace: fixed(['string', 'string', 'string'], (budget, old, replacement, text) =>
    replaceAll(text, old, replacement, budget),
  ),
  quote: variadic([], 'any', (budget, ...values) =>
    values
      .filter((value) => value !== null)
      .map((value) => quoteGo(toText(value, budget)))
      .join(' '),
  ),
  squote: variadic([], 'any', (budget, ...values) =>
    values
      .filter((value) => value !== null)
      .map((value) => `'${toText(value, budget)}'`)
      .join(' '),
  ),
  cat: variadic([], 'any', (budget, ...values) =>
    values
      .filter((value) => value !== null)
      .map((value) => toText(value, budget))
      .join(' '),
  ),
  indent: fixed(['int', 'string'], (budget, spaces, text) => indent(text, spaces, budget)),
  nindent: fixed(['int', 'string'], (budget, spaces, text) => `\n${indent(text, spaces, budget)}`),
  plural: fixed(['string', 'string', 'int'], (_budget, one, many, count) => (count === 1n ? one : many)),
  toString: fixed(['any'], (budget, value) => toText(value, budget)),
  toStrings: fixed(['any'], (budget, value) => new GoList(textsOf(value, budget), 'string')),
  join: fixed(['string', 'any'], (budget, separator, value) => {
    const texts = textsOf(value, budget)
    budget.spendText(texts.reduce((sum, text) => sum + text.length, separator.length * texts.length))
    return texts.join(separator)
  }),
  split: fixed(['string', 'string'], (budget, separator, text) => numbered(splitText(text, separator, budget))),
  splitn: fixed(['string', 'int', 'string'], (budget, separator, count, text) =>
    numbered(limited(splitText(text, separator, budget), separator, count)),
  ),
  splitList: fixed(
    ['string', 'string'],
    (budget, separator, text) => new GoList(splitText(text, separator, budget), 'string'),
  ),
  sortAlpha: fixed(['any'], (budget, value) => {
    if (!(value instanceof GoList)) return new GoList([toText(value, budget)], 'string')
    return new GoList(
      textsOf(value, budget).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      'string',
    )
  }),
  wrap: fixed(['int', 'string'], (_budget, width, text) => wrapText(text, size(width), '\n', false)),
  wrapWith: fixed(['int', 'string', 'string'], (budget, width, newLine, text) => {
    budget.spendText(text.length * (1 + newLine.length))
    return text === '' ? '' : wrapText(text, size(width), newLine || '\n', true)
  }),
}

/** A value as text, as sprig's toString has it. */
export function toText(value: Value, budget: Budget): string {
  return formatValue(value, budget)
}

/** The elements of a list as texts, without those that are nil; a single value is a list of one. */
export function textsOf(value: Value, budget: Budget): string[] {
  if (value === null) return []
  if (!(value instanceof GoList)) return [toText(value, budget)]
  budget.spend(value.items.length)
  return value.items.filter((item) => item !== null && !(item instanceof Missing)).map((item) => toText(item, budget))
}

function truncate(count: number, text: string): string {
  const length = byteLength(text)
  if (count < 0) return length + count > 0 ? cutBytes(text, length + count, length) : text
  return length > count ? cutBytes(text, 0, count) : text
}

/** @param width - at least 7 where `from` is beyond 4 */
function abbreviateBoth(text: string, from: bigint, width: bigint): string {
  const length = BigInt(byteLength(text))
  if (length <= width) return text
  const kept = width - 3n
  const start = length - from < kept ? length - kept : from
  if (start <= 4n) return `${cutBytes(text, 0, size(kept))}...`
  if (start + kept >= length) return `...${cutBytes(text, size(length - kept), size(length))}`
  return `...${cutBytes(text, size(start), size(start + kept) - 3)}...`
}

function repeat(text: string, count: bigint, budget: Budget): string {
  if (count < 0n) throw new TemplateFault('a count that is not negative expected')
  budget.spendText(text.length * size(count))
  return text === '' ? '' : text.repeat(size(count))
}

function indent(text: string, spaces: bigint, budget: Budget): string {
  const pad = repeat(' ', spaces, budget)
  return pad + replaceAll(text, '\n', `\n${pad}`, budget)
}

function replaceAll(text: string, old: string, replacement: string, budget: Budget): string {
  const parts = splitText(text, old, budget)
  budget.spendText(text.length + parts.length * replacement.length)
  // Go puts the replacement around every character where there is nothing to look for.
  return old === '' ? `${replacement}${parts.map((part) => part + replacement).join('')}` : parts.join(replacement)
}

function splitText(text: string, separator: string, budget: Budget): string[] {
  budget.spend(1 + text.length / 8)
  return separator === '' ? [...text] : text.split(separator)
}

function limited(parts: string[], separator: string, count: bigint): string[] {
  if (count === 0n) return []
  if (count < 0n || count >= BigInt(parts.length)) return parts
  const kept = Number(count) - 1
  return [...parts.slice(0, kept), parts.slice(kept).join(separator)]
}

function numbered(parts: readonly string[]): GoMap {
  return new GoMap(new Map(parts.map((part, index) => [`_${index}`, part])), 'string')
}
