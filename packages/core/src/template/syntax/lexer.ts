import type { Budget } from '../budget.js'
import type { Delimiters } from '../delimiters.js'
import { TemplateFault, type TemplateSource, templateErrorAt } from '../template-error.js'
import { unescapeGo } from './literal.js'
import { Openings } from './openings.js'
import { KEYWORDS, type Token, type TokenKind } from './token.js'

const SPACES = /[ \t\r\n]+/y
const WORD = /[\p{L}\p{Nd}_]+/uy
const NUMBER =
  /[+-]?(?:0[xX][\da-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[\d_]*)(?:\.[\da-fA-F_]*)?(?:(?:(?<=\d|\.)[eE]|[pP])[+-]?[\d_]+)?/y
const PUNCTUATION = /:=|[=|(),]/y
/** What makes a name of a word before it. */
const HYPHENATED = /(?:-[\p{L}\p{Nd}_]+)+/uy
const TERMINATES_WORD = /[\s.,|:()=]/

/**
 * Cuts a template into tokens: the text between actions, and what is in the actions. Trim markers (`[[- ` and ` -]]`)
 * and comments are done with here.
 *
 * @param delimiters - looked for at each place in this order, so the longer of two that begin alike comes first
 * @param budget - pays for each token
 * @throws KairosError `template/invalid`
 */
export function tokenize(source: TemplateSource, delimiters: readonly Delimiters[], budget: Budget): Token[] {
  return new Lexer(source, delimiters, budget).run()
}

class Lexer {
  readonly #source: TemplateSource
  readonly #text: string
  readonly #openings: Openings
  readonly #budget: Budget
  readonly #tokens: Token[] = []
  #at = 0

  constructor(source: TemplateSource, delimiters: readonly Delimiters[], budget: Budget) {
    this.#source = source
    this.#text = source.text
    this.#openings = new Openings(source.text, delimiters)
    this.#budget = budget
  }

  run(): Token[] {
    let trimNext = false
    for (;;) {
      const start = this.#at
      const opening = this.#openings.from(start)
      const end = opening?.at ?? this.#text.length
      const trimBefore = opening !== undefined && this.#isTrimAfter(end + opening.delimiters.left.length)
      let text = this.#text.slice(start, end)
      if (trimNext) text = text.replace(/^[ \t\r\n]+/, '')
      if (trimBefore) text = text.replace(TRAILING_SPACE, '')
      if (text !== '') this.#push('text', text, start)
      if (!opening) break
      this.#at = end + opening.delimiters.left.length + (trimBefore ? 2 : 0)
      trimNext = this.#action(opening.delimiters, end)
    }
    this.#push('end', '', this.#text.length)
    return this.#tokens
  }

  #isTrimAfter(at: number): boolean {
    return this.#text[at] === '-' && isSpace(this.#text[at + 1])
  }

  /** The tokens of one action; true if it ends with a trim marker. */
  #action(delimiters: Delimiters, opening: number): boolean {
    const { left, right } = delimiters
    if (this.#text.startsWith('/*', this.#at)) return this.#comment(right, opening)
    this.#push('open', left, opening)
    let depth = 0
    for (;;) {
      const at = this.#at
      const isTrim = isSpace(this.#text[at]) && this.#text.startsWith(`-${right}`, at + 1)
      if (isTrim || this.#text.startsWith(right, at)) {
        if (depth > 0) throw this.#fail(at, 'a parenthesis is not closed')
        this.#push('close', right, at)
        this.#at = at + right.length + (isTrim ? 2 : 0)
        return isTrim
      }
      if (at >= this.#text.length) {
        throw this.#fail(opening, `this ${left} is not closed with ${right}`, literalHint(left))
      }
      const token = this.#token(delimiters)
      if (token.text === '(') depth++
      if (token.text === ')' && --depth < 0) throw this.#fail(at, 'there is no ( for this )')
    }
  }

  #comment(right: string, opening: number): boolean {
    const end = this.#text.indexOf('*/', this.#at)
    if (end === -1) throw this.#fail(opening, 'a comment is not closed with */')
    let at = end + 2
    const isTrim = isSpace(this.#text[at]) && this.#text.startsWith(`-${right}`, at + 1)
    if (isTrim) at += 2
    if (!this.#text.startsWith(right, at)) throw this.#fail(opening, `${right} expected after the end of a comment`)
    this.#at = at + right.length
    return isTrim
  }

  #token({ left, right }: Delimiters): Token {
    const at = this.#at
    const char = this.#text[at] ?? ''
    const space = this.#match(SPACES)
    // The last space belongs to a trim marker.
    if (space)
      return this.#take('space', this.#text.startsWith(`-${right}`, at + space.length) ? space.slice(0, -1) : space)
    if (char === '"' || char === "'") return this.#quoted(char)
    if (char === '`') return this.#rawString()
    if (char === '.' && !/\d/.test(this.#text[at + 1] ?? '')) return this.#field()
    if (char === '$') return this.#variable()
    if (/[+\-.\d]/.test(char)) return this.#number(left)
    const word = this.#match(WORD)
    if (word) {
      this.#checkTermination(word, right)
      return this.#take(KEYWORDS.has(word) ? 'keyword' : 'identifier', word)
    }
    const punctuation = this.#match(PUNCTUATION)
    if (punctuation) return this.#take('punctuation', punctuation)
    const shown = [...this.#text.slice(at, at + 2)][0] ?? ''
    throw this.#fail(at, `${JSON.stringify(shown)} has no meaning here`, literalHint(left))
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#text)?.[0]
  }

  #take(kind: TokenKind, text: string, value?: string): Token {
    const token = this.#push(kind, text, this.#at, value)
    this.#at += text.length
    return token
  }

  #push(kind: TokenKind, text: string, offset: number, value?: string): Token {
    this.#spend(offset)
    const token = { kind, text, offset, ...(value === undefined ? {} : { value }) }
    this.#tokens.push(token)
    return token
  }

  #spend(offset: number): void {
    try {
      this.#budget.spend(1)
    } catch (error) {
      throw error instanceof TemplateFault ? this.#fail(offset, error.message, error.hint) : error
    }
  }

  #quoted(quote: '"' | "'"): Token {
    const at = this.#at
    let end = at + 1
    while (end < this.#text.length && this.#text[end] !== quote && this.#text[end] !== '\n') {
      end += this.#text[end] === '\\' ? 2 : 1
    }
    const what = quote === '"' ? 'string' : 'character'
    if (this.#text[end] !== quote) throw this.#fail(at, `a ${what} is not closed with ${quote}`)
    const value = unescapeGo(this.#text.slice(at + 1, end), quote)
    if (value === undefined) throw this.#fail(at, `this ${what} has an escape that Go does not know, or is not UTF-8`)
    if (quote === "'" && [...value].length !== 1) {
      throw this.#fail(at, `one character expected between ' and '`, 'Strings are written with " or `.')
    }
    return this.#take(what, this.#text.slice(at, end + 1), value)
  }

  #rawString(): Token {
    const end = this.#text.indexOf('`', this.#at + 1)
    if (end === -1) throw this.#fail(this.#at, 'a string is not closed with `')
    const text = this.#text.slice(this.#at, end + 1)
    return this.#take('string', text, text.slice(1, -1).replaceAll('\r', ''))
  }

  #field(): Token {
    this.#at++
    const word = this.#match(WORD)
    this.#at--
    if (!word) return this.#take('dot', '.')
    const token = this.#take('field', `.${word}`)
    this.#checkHyphen(word, this.#tokens.length - 2)
    return token
  }

  /**
   * A name with a hyphen, which `--set` takes, is no name behind a dot.
   *
   * @param before - the last token before the name
   */
  #checkHyphen(word: string, before: number): void {
    const rest = this.#match(HYPHENATED)
    if (!rest) return
    let first = before + 1
    while (this.#tokens[first - 1]?.kind === 'field' || this.#tokens[first - 1]?.kind === 'variable') first--
    const owner = this.#tokens.slice(first, before + 1).map(({ text }) => text)
    throw this.#fail(
      this.#at,
      '"-" cannot be part of a name behind a dot',
      `Write: index ${owner.join('') || '.'} ${JSON.stringify(word + rest)}`,
    )
  }

  #variable(): Token {
    this.#at++
    const word = this.#match(WORD) ?? ''
    this.#at--
    return this.#take('variable', `$${word}`)
  }

  #number(left: string): Token {
    const text = this.#match(NUMBER) ?? ''
    WORD.lastIndex = this.#at + text.length
    const tail = WORD.exec(this.#text)?.[0] ?? ''
    if (!/\d/.test(text) || tail !== '') {
      throw this.#fail(this.#at, `${JSON.stringify(text + tail)} is not a number`, literalHint(left))
    }
    return this.#take('number', text)
  }

  #checkTermination(word: string, right: string): void {
    const at = this.#at + word.length
    const char = this.#text[at]
    if (char === undefined || TERMINATES_WORD.test(char) || this.#text.startsWith(right, at)) return
    HYPHENATED.lastIndex = at
    const rest = HYPHENATED.exec(this.#text)?.[0]
    const hint = rest && `Is it the name of a value? Write: index . ${JSON.stringify(word + rest)}`
    throw this.#fail(at, `${JSON.stringify(char)} cannot follow a word`, hint)
  }

  #fail(offset: number, problem: string, hint?: string) {
    return templateErrorAt(this.#source, offset, problem, { hint })
  }
}

const TRAILING_SPACE = /(?<![ \t\r\n])[ \t\r\n]+$/

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n'
}

/** A shell's test and a list in a list look like an action. */
function literalHint(left: string): string | undefined {
  return left.startsWith('[')
    ? `${left} begins a template. Where it should stay as it is, write ${left} "${left}" ${left.replaceAll('[', ']')}, or put a space between the brackets.`
    : undefined
}
