import { type TemplateSource, templateErrorAt } from '../template-error.js'
import type { Token, TokenKind } from './token.js'

/** The tokens of a template, read one after another. */
export class TokenStream {
  readonly #source: TemplateSource
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(source: TemplateSource, tokens: readonly Token[]) {
    this.#source = source
    this.#tokens = tokens
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] ?? { kind: 'end', text: '', offset: 0 }
  }

  next(): Token {
    const token = this.peek()
    this.#at++
    return token
  }

  /** The next token if it is this one. */
  accept(kind: TokenKind, text?: string): Token | undefined {
    const token = this.peek()
    return token.kind === kind && (text === undefined || token.text === text) ? this.next() : undefined
  }

  skipSpace(): void {
    this.accept('space')
  }

  peekAfterSpace(): Token {
    return this.peek(this.peek().kind === 'space' ? 1 : 0)
  }

  expect(kind: TokenKind, what: string): Token {
    return this.accept(kind) ?? this.#unexpected(what)
  }

  /** The `]]` of an action that has nothing more to say. */
  expectClose(after: string): void {
    this.skipSpace()
    if (!this.accept('close')) this.#unexpected(`the end of the action after ${after}`)
  }

  #unexpected(what: string): never {
    throw this.fail(this.peek(), `${what} expected, ${describe(this.peek())} found`)
  }

  fail(at: { readonly offset: number }, problem: string, hint?: string) {
    return templateErrorAt(this.#source, at.offset, problem, { hint })
  }
}

export function describe(token: Token): string {
  if (token.kind === 'end') return 'the end of the template'
  if (token.kind === 'text') return 'text'
  return token.kind === 'space' ? 'a space' : token.text
}
