import { TemplateFault } from '../template-error.js'

/** Text as bytes of UTF-8, as Go's strings are: lengths and cuts of sprig's functions count these. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

/**
 * The bytes from `start` to `end`. A character that a cut goes through is left out: Go would leave half of it, which is
 * not text any more.
 */
export function cutBytes(text: string, start: number, end: number): string {
  const bytes = Buffer.from(text)
  if (!(start >= 0 && start <= end && end <= bytes.length)) {
    throw new TemplateFault(`a range within the ${bytes.length} bytes of the text expected, ${start} to ${end} found`)
  }
  let [from, to] = [start, end]
  while (from < to && isContinuation(bytes[from])) from++
  if (to < bytes.length) while (to > from && isContinuation(bytes[to])) to--
  return bytes.toString('utf8', from, to)
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

/** Whitespace as Go's unicode.IsSpace has it: no byte order mark, but U+0085. */
export const GO_SPACE = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'

const EDGES = new RegExp(`^${GO_SPACE}+`)
const SPACE = new RegExp(GO_SPACE)
const SPACES = new RegExp(GO_SPACE, 'g')

export function trimSpace(text: string): string {
  let end = text.length
  // A pattern for the end would look at every run of spaces again.
  while (end > 0 && SPACE.test(text[end - 1] ?? '')) end--
  return text.slice(0, end).replace(EDGES, '')
}

export function removeSpaces(text: string): string {
  return text.replace(SPACES, '')
}

/** Removes any of these characters from both ends. */
export function trimCharacters(text: string, characters: string): string {
  const cut = new Set(characters)
  const chars = [...text]
  let [start, end] = [0, chars.length]
  while (start < end && cut.has(chars[start] ?? '')) start++
  while (end > start && cut.has(chars[end - 1] ?? '')) end--
  return chars.slice(start, end).join('')
}

/** One character to upper or lower case; Go maps characters one to one (`ß` stays). */
function mapCase(char: string, mapped: string): string {
  const [first = char, ...rest] = mapped
  // A letter and its mark is how JavaScript writes the lower case of U+0130; other letters that become several stay.
  return rest.length === 0 || rest.every((mark) => /\p{M}/u.test(mark) && char === '\u0130') ? first : char
}

export function toUpper(text: string): string {
  return text
    .replace(/[^\0-\x7f]/gu, (char) => mapCase(char, char.toUpperCase()))
    .replace(/[a-z]+/g, (run) => run.toUpperCase())
}

export function toLower(text: string): string {
  return text
    .replace(/[^\0-\x7f]/gu, (char) => mapCase(char, char.toLowerCase()))
    .replace(/[A-Z]+/g, (run) => run.toLowerCase())
}

/** The first letter of each word in upper case; letters, digits and `_` make words. */
export function titleCase(text: string): string {
  return text.replace(/(?<![\p{L}\p{Nd}_]|[^\0-\x7f\s])\p{L}/gu, (char) => toUpper(char))
}

/**
 * Breaks text into lines of so many bytes at spaces.
 *
 * @param breaksWords - a word that is longer than a line is broken too
 */
export function wrapText(text: string, width: number, newLine: string, breaksWords: boolean): string {
  const lineWidth = Math.max(1, width)
  const bytes = Buffer.from(text)
  const lines: string[] = []
  let at = 0
  while (bytes.length - at > lineWidth) {
    if (bytes[at] === 0x20) {
      at++
      continue
    }
    const space = bytes.subarray(at, at + lineWidth + 1).lastIndexOf(0x20)
    if (space >= 0) {
      lines.push(bytes.toString('utf8', at, at + space))
      at += space + 1
      continue
    }
    if (breaksWords) {
      let end = at + lineWidth
      while (isContinuation(bytes[end])) end++
      lines.push(bytes.toString('utf8', at, end))
      at = end
      continue
    }
    const next = bytes.indexOf(0x20, at + lineWidth)
    if (next === -1) return [...lines, bytes.toString('utf8', at)].join(newLine)
    lines.push(bytes.toString('utf8', at, next))
    at = next + 1
  }
  return [...lines, bytes.toString('utf8', at)].join(newLine)
}
