import type { Budget } from '../budget.js'
import { findAll, type Match, Regex } from '../regex/regex.js'
import { GoList } from '../values/value.js'
import { fixed, type TemplateFunction } from './signature.js'

/** sprig's functions with regular expressions, in the syntax of RE2. */
export const patternFunctions: Readonly<Record<string, TemplateFunction>> = {
  regexMatch: fixed(
    ['string', 'string'],
    (budget, pattern, text) => new Regex(pattern).find([...text], 0, budget) !== undefined,
  ),
  regexFind: fixed(['string', 'string'], (budget, pattern, text) => {
    const chars = [...text]
    const match = new Regex(pattern).find(chars, 0, budget)
    return match ? group(chars, match, 0) : ''
  }),
  regexFindAll: fixed(['string', 'string', 'int'], (budget, pattern, text, count) => {
    const chars = [...text]
    const matches = findAll(new Regex(pattern), chars, limitOf(count), budget)
    return new GoList(
      matches.map((match) => group(chars, match, 0)),
      'string',
    )
  }),
  regexReplaceAll: fixed(['string', 'string', 'string'], (budget, pattern, text, replacement) => {
    const regex = new Regex(pattern)
    return replaceMatches(regex, text, (chars, match) => expand(replacement, regex, chars, match), budget)
  }),
  regexReplaceAllLiteral: fixed(['string', 'string', 'string'], (budget, pattern, text, replacement) =>
    replaceMatches(new Regex(pattern), text, () => replacement, budget),
  ),
  regexSplit: fixed(
    ['string', 'string', 'int'],
    (budget, pattern, text, count) => new GoList(splitAtMatches(new Regex(pattern), text, count, budget), 'string'),
  ),
  regexQuoteMeta: fixed(['string'], (_budget, text) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
}

function limitOf(count: bigint): number {
  return count < 0n ? Number.POSITIVE_INFINITY : Number(count)
}

function group(chars: readonly string[], match: Match, index: number): string {
  const [start = -1, end = -1] = match.slice(index * 2, index * 2 + 2)
  return start < 0 ? '' : chars.slice(start, end).join('')
}

function replaceMatches(
  regex: Regex,
  text: string,
  replacement: (chars: readonly string[], match: Match) => string,
  budget: Budget,
): string {
  const chars = [...text]
  const parts: string[] = []
  let last = 0
  let length = 0
  for (const match of findAll(regex, chars, Number.POSITIVE_INFINITY, budget)) {
    const part = chars.slice(last, match[0]).join('') + replacement(chars, match)
    length += part.length
    budget.spendText(length > budget.maxOutput ? length : part.length)
    parts.push(part)
    last = match[1] ?? last
  }
  return parts.join('') + chars.slice(last).join('')
}

/** `$1`, `${1}`, `$name`, `${name}` stand for groups, `$$` for a dollar; a name takes as many letters as it can. */
function expand(replacement: string, regex: Regex, chars: readonly string[], match: Match): string {
  return replacement.replace(
    /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu,
    (whole, plain?: string, braced?: string) => {
      const name = plain ?? braced
      if (name === undefined) return whole === '$$' ? '$' : whole
      const index = /^\d{1,9}$/.test(name) ? Number(name) : regex.groupNamed(name)
      return index === undefined ? '' : group(chars, match, index)
    },
  )
}

function splitAtMatches(regex: Regex, text: string, count: bigint, budget: Budget): string[] {
  if (count === 0n) return []
  const chars = [...text]
  const parts: string[] = []
  let [start, lastMatch] = [0, 0]
  for (const match of findAll(regex, chars, limitOf(count), budget)) {
    if (count > 0n && parts.length === Number(count) - 1) break
    const [from = 0, to = 0] = match
    lastMatch = from
    // An empty match at the start separates nothing.
    if (to !== 0) parts.push(chars.slice(start, from).join(''))
    start = to
  }
  // Neither does one at the end.
  if (lastMatch !== chars.length || parts.length === 0) parts.push(chars.slice(start).join(''))
  return parts
}
