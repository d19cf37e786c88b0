const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}

/** A string or character as Go source (strconv.Quote, QuoteToASCII, QuoteRune): what cannot be printed is escaped. */
export function quoteGo(text: string, mark: '"' | "'" = '"', onlyAscii = false): string {
  let quoted: string = mark
  for (const char of text) quoted += char === mark ? `\\${mark}` : escapeCharacter(char, onlyAscii)
  return quoted + mark
}

function escapeCharacter(char: string, onlyAscii: boolean): string {
  const short = SHORT_ESCAPES[char]
  if (short) return short
  const code = char.codePointAt(0) ?? 0
  if (code >= 0x20 && code < 0x7f) return char
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  if (!onlyAscii && /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) return char
  const digits = code.toString(16)
  return code > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`
}
