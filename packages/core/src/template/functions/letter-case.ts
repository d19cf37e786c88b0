import { fixed, type TemplateFunction } from './signature.js'
import { GO_SPACE, toLower, toUpper } from './text.js'

/** What stands between words: hyphens, underscores and spaces. */
const CONNECTOR = `(?:[-_]|${GO_SPACE})`
const IS_CONNECTOR = new RegExp(`^${CONNECTOR}$`)

/** Chinese characters have no case: a word of them is none of letters. */
const LETTER = '(?:(?![\\u3400-\\u4d85\\u4e00-\\u9fcc\\u{20000}-\\u{2b81d}])\\p{L})'
const SMALL = `(?:(?!\\p{Lu})${LETTER})`

/** sprig's ways to write several words as one. */
export const letterCaseFunctions: Readonly<Record<string, TemplateFunction>> = {
  camelcase: fixed(['string'], (_budget, text) => camelCase(text)),
  snakecase: fixed(['string'], (_budget, text) => separated(text, '_')),
  kebabcase: fixed(['string'], (_budget, text) => separated(text, '-')),
  swapcase: fixed(['string'], (_budget, text) =>
    text.replace(/(\p{Lu}|\p{Lt})|\p{Ll}/gu, (char, upper?: string) => (upper ? toLower(char) : toUpper(char))),
  ),
  initials: fixed(['string'], (_budget, text) =>
    [...text.matchAll(new RegExp(`(?<!(?!${GO_SPACE})[^])(?!${GO_SPACE})[^]`, 'gu'))].join(''),
  ),
}

/**
 * `http_server` to `HttpServer`, `HTTP-server` to `HttpServer`. Connectors at the beginning and the end stay, and of
 * several in a row all but the last.
 */
function camelCase(text: string): string {
  let output = ''
  let connector = ''
  let isStart = true
  // A word that begins with a capital has its other letters made small, up to the first that is small already.
  let isCapital = false
  for (const char of text) {
    if (IS_CONNECTOR.test(char)) {
      output += connector
      connector = char
    } else {
      const beginsWord = isStart || connector !== ''
      if (isStart) output += connector
      connector = ''
      isStart = false
      const isUpper = /^\p{Lu}/u.test(char)
      isCapital = beginsWord ? isUpper : isCapital && isUpper
      output += beginsWord ? toUpper(char) : isCapital ? toLower(char) : char
    }
  }
  return output + connector
}

type Kind = 'connector' | 'punctuation' | 'upper' | 'small' | 'number' | 'other'

/** Words by what they are made of. `HTTPServer` is HTTP and Server. */
const WORDS = new RegExp(
  [
    `(?<connector>${CONNECTOR}+)`,
    // Hyphens and underscores are punctuation too, but not at the beginning.
    '(?<punctuation>\\p{P}+)',
    `(?<upper>\\p{Lu}+(?!${SMALL})|\\p{Lu}${SMALL}+)`,
    `(?<small>${SMALL}+)`,
    '(?<number>\\p{N}+)',
    `(?<other>(?:(?!${CONNECTOR}|\\p{P}|${LETTER}|\\p{N})[^])+)`,
  ].join('|'),
  'gu',
)

/** `HTTPServer2` to `http_server2`, with a separator between words and for each connector. */
function separated(text: string, separator: string): string {
  const words = [...text.matchAll(WORDS)].map(({ 0: word, groups = {} }) => {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined) as Kind
    return { kind, word }
  })
  let output = ''
  for (const [index, { kind, word }] of words.entries()) {
    const kinds = [-2, -1, 0, 1].map((step) => words[index + step]?.kind)
    if (index > 0 && areApart(kinds)) output += separator
    if (kind === 'connector') output += separator.repeat([...word].length)
    else output += kind === 'upper' ? toLower(word) : word
  }
  return output
}

/** Whether a separator goes before a word, by the kinds of the two before it, its own and that of the one after it. */
function areApart([beforeLast, last, own, next]: readonly (Kind | undefined)[]): boolean {
  const isMark = (kind: Kind | undefined) => kind === 'connector' || kind === 'punctuation'
  if (isMark(last) || isMark(own)) return false
  // Small letters behind a number belong to it: `2xx`.
  if (last === 'number') return own !== 'small'
  // A number belongs to the word before it, but not if it has small letters of its own: `http_2xx`.
  if (own === 'number') return next === 'small' && !(last === 'small' && beforeLast === 'number')
  return true
}
