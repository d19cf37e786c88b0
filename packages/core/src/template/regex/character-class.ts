import { TemplateFault } from '../template-error.js'
import type { CharacterTest } from './node.js'

const digit: CharacterTest = (char) => char >= '0' && char <= '9'
const lower: CharacterTest = (char) => char >= 'a' && char <= 'z'
const upper: CharacterTest = (char) => char >= 'A' && char <= 'Z'
export const isWord: CharacterTest = (char) => digit(char) || lower(char) || upper(char) || char === '_'
const perlSpace: CharacterTest = (char) => '\t\n\f\r '.includes(char)

/** `\d`, `\s`, `\w` and their opposites: ASCII only, as RE2 has them. */
export const perlClasses: Readonly<Record<string, CharacterTest>> = {
  d: digit,
  s: perlSpace,
  w: isWord,
  D: not(digit),
  S: not(perlSpace),
  W: not(isWord),
}

const posixClasses: Readonly<Record<string, CharacterTest>> = {
  alnum: (char) => digit(char) || lower(char) || upper(char),
  alpha: (char) => lower(char) || upper(char),
  ascii: (char) => char <= '\x7f',
  blank: (char) => char === ' ' || char === '\t',
  cntrl: (char) => char < ' ' || char === '\x7f',
  digit,
  graph: (char) => char > ' ' && char < '\x7f',
  lower,
  print: (char) => char >= ' ' && char < '\x7f',
  punct: (char) => char > ' ' && char < '\x7f' && !(digit(char) || lower(char) || upper(char)),
  space: (char) => perlSpace(char) || char === '\v',
  upper,
  word: isWord,
  xdigit: (char) => digit(char) || (char >= 'a' && char <= 'f') || (char >= 'A' && char <= 'F'),
}

/** `[:name:]` or `[:^name:]`. */
export function posixClass(name: string): CharacterTest {
  const test = posixClasses[name.replace(/^\^/, '')]
  if (!test) throw new TemplateFault(`the regular expression has an unknown class [:${name}:]`)
  return name.startsWith('^') ? not(test) : test
}

/** `\p{Greek}`, `\pL`: a general category or a script of Unicode. */
export function unicodeClass(name: string, isNegated: boolean): CharacterTest {
  const property = name.replace(/^\^/, '')
  const pattern = unicodePattern(property)
  if (!pattern) throw new TemplateFault(`the regular expression has an unknown class \\p{${name}}`)
  const test: CharacterTest = (char) => pattern.test(char)
  return isNegated !== name.startsWith('^') ? not(test) : test
}

function unicodePattern(property: string): RegExp | undefined {
  if (property === 'Any') return /^[\s\S]$/u
  if (!/^[A-Z][A-Za-z_]*$/.test(property)) return undefined
  for (const form of property.length <= 2 ? [property] : [`Script=${property}`]) {
    try {
      return new RegExp(`^\\p{${form}}$`, 'u')
    } catch {
      return undefined
    }
  }
  return undefined
}

export function not(test: CharacterTest): CharacterTest {
  return (char) => !test(char)
}

/** The test with upper and lower case alike. */
export function foldingCase(test: CharacterTest): CharacterTest {
  return (char) => test(char) || test(char.toLowerCase()) || test(char.toUpperCase())
}

export function range(from: string, to: string): CharacterTest {
  const [first, last] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0]
  return (char) => {
    const code = char.codePointAt(0) ?? 0
    return code >= first && code <= last
  }
}
