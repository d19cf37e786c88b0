import { nearest } from '../../text/nearest.js'
import { DeclaredNames } from './declared-names.js'
import { LEFT_OUT_FUNCTIONS } from './left-out.js'
import { parseGoNumber } from './literal.js'
import { MAX_NESTING } from './max-nesting.js'
import type { Command, Operand, Pipeline } from './node.js'
import type { Token } from './token.js'
import { describe, type TokenStream } from './token-stream.js'

/** Names of functions to suggest for a mistyped one; a Set and a Map both are. */
interface Functions {
  has(name: string): boolean
  keys?(): Iterable<string>
}

/** Parses what stands in an action: `$x := .a.b | default "c"`. Knows which variables there are. */
export class PipelineParser {
  readonly #tokens: TokenStream
  readonly #functions: Functions
  #variables = new DeclaredNames()
  #depth = 0

  constructor(tokens: TokenStream, functions: Functions) {
    this.#tokens = tokens
    this.#functions = functions
  }

  openScope(): number {
    return this.#variables.mark()
  }

  closeScope(scope: number): void {
    this.#variables.release(scope)
  }

  isolate(): DeclaredNames {
    const outer = this.#variables
    this.#variables = new DeclaredNames()
    return outer
  }

  restore(outer: DeclaredNames): void {
    this.#variables = outer
  }

  /** A pipeline up to `]]` or `)`, which is left to the caller. */
  parse(context: string, isRange: boolean): Pipeline {
    this.#tokens.skipSpace()
    const start = this.#tokens.peek()
    if (++this.#depth > MAX_NESTING) throw this.#tokens.fail(start, 'parentheses are nested too deeply')
    const { variables, assigns } = this.#declarations(isRange)
    const commands: Command[] = []
    do {
      this.#tokens.skipSpace()
      const command = this.#command(context, commands.length > 0)
      if (command) commands.push(command)
      this.#tokens.skipSpace()
    } while (this.#tokens.accept('punctuation', '|'))
    this.#depth--
    // Not before: what a variable gets at first cannot use it.
    if (!assigns) for (const name of variables) this.#variables.add(name)
    return { variables, assigns, commands, offset: start.offset }
  }

  #declarations(isRange: boolean): { variables: string[]; assigns: boolean } {
    const first = this.#tokens.peek()
    if (first.kind !== 'variable') return { variables: [], assigns: false }
    const after = this.#tokens.peek(this.#tokens.peek(1).kind === 'space' ? 2 : 1)
    if (isRange && after.text === ',' && after.kind === 'punctuation') {
      this.#tokens.next()
      this.#tokens.skipSpace()
      this.#tokens.next()
      this.#tokens.skipSpace()
      const second = this.#tokens.expect('variable', 'a second variable')
      return this.#declared([first, second])
    }
    if (after.kind === 'punctuation' && (after.text === ':=' || after.text === '=')) {
      this.#tokens.next()
      return this.#declared([first])
    }
    return { variables: [], assigns: false }
  }

  #declared(tokens: readonly Token[]): { variables: string[]; assigns: boolean } {
    this.#tokens.skipSpace()
    const operator = this.#tokens.next()
    if (operator.text !== ':=' && operator.text !== '=') {
      throw this.#tokens.fail(operator, `:= or = expected after the variable, ${describe(operator)} found`)
    }
    const variables = tokens.map(({ text }) => text)
    if (operator.text === '=') for (const token of tokens) this.#checkVariable(token)
    return { variables, assigns: operator.text === '=' }
  }

  #checkVariable(token: Token): void {
    if (this.#variables.has(token.text)) return
    const meant = nearest(token.text, this.#variables)
    throw this.#tokens.fail(token, `there is no variable ${token.text}`, meant && `Did you mean ${meant}?`)
  }

  #command(context: string, isPiped: boolean): Command | undefined {
    const start = this.#tokens.peek()
    const operands: Operand[] = []
    for (;;) {
      const operand = this.#operand()
      if (!operand) break
      operands.push(operand)
      if (this.#tokens.accept('space')) continue
      const next = this.#tokens.peek()
      if (next.kind === 'close' || (next.kind === 'punctuation' && (next.text === '|' || next.text === ')'))) break
      throw this.#tokens.fail(next, `a space, | or the end expected, ${describe(next)} found`)
    }
    const next = this.#tokens.peek()
    if (next.kind !== 'close' && !(next.kind === 'punctuation' && (next.text === '|' || next.text === ')'))) {
      throw this.#tokens.fail(next, `${describe(next)} is not expected in ${context}`)
    }
    const first = operands[0]
    // Go takes a | without anything behind it.
    if (!first && isPiped) return undefined
    if (!first) throw this.#tokens.fail(start, `${context} has no value`)
    if (isPiped && (first.kind === 'constant' || first.kind === 'dot' || first.kind === 'nil')) {
      throw this.#tokens.fail(first, 'a value that is no function cannot take what is piped into it')
    }
    return { operands, offset: first.offset }
  }

  #operand(): Operand | undefined {
    const term = this.#term()
    if (!term || this.#tokens.peek().kind !== 'field') return term
    const path: string[] = []
    for (;;) {
      const field = this.#tokens.accept('field')
      if (!field) break
      path.push(field.text.slice(1))
    }
    if (term.kind === 'field' || term.kind === 'variable' || term.kind === 'pipeline') {
      return { ...term, path: [...term.path, ...path] }
    }
    if (term.kind === 'function') {
      const call = {
        variables: [],
        assigns: false,
        commands: [{ operands: [term], offset: term.offset }],
        offset: term.offset,
      }
      return { kind: 'pipeline', pipeline: call, path, offset: term.offset }
    }
    throw this.#tokens.fail(term, 'a value of this kind has no fields')
  }

  #term(): Operand | undefined {
    const token = this.#tokens.peek()
    const { offset } = token
    switch (token.kind) {
      case 'identifier':
        this.#tokens.next()
        this.#checkFunction(token)
        return { kind: 'function', name: token.text, offset }
      case 'keyword':
        return this.#wordConstant(token)
      case 'dot':
        this.#tokens.next()
        return { kind: 'dot', offset }
      case 'field':
        this.#tokens.next()
        return { kind: 'field', path: [token.text.slice(1)], offset }
      case 'variable':
        this.#tokens.next()
        this.#checkVariable(token)
        return { kind: 'variable', name: token.text, path: [], offset }
      case 'string':
        this.#tokens.next()
        return { kind: 'constant', value: token.value ?? '', offset }
      case 'character':
        this.#tokens.next()
        return { kind: 'constant', value: BigInt(token.value?.codePointAt(0) ?? 0), offset }
      case 'number':
        this.#tokens.next()
        return { kind: 'constant', value: this.#number(token), offset }
      default:
        return token.text === '(' && token.kind === 'punctuation' ? this.#parenthesis(token) : undefined
    }
  }

  #wordConstant(token: Token): Operand | undefined {
    const { offset } = token
    if (token.text === 'nil') {
      this.#tokens.next()
      return { kind: 'nil', offset }
    }
    if (token.text !== 'true' && token.text !== 'false') return undefined
    this.#tokens.next()
    return { kind: 'constant', value: token.text === 'true', offset }
  }

  #number(token: Token): bigint | number {
    const value = parseGoNumber(token.text)
    if (value === undefined) throw this.#tokens.fail(token, `${token.text} is not a number, or too large`)
    return value
  }

  #parenthesis(token: Token): Operand {
    this.#tokens.next()
    const pipeline = this.parse('parentheses', false)
    if (!this.#tokens.accept('punctuation', ')')) {
      throw this.#tokens.fail(this.#tokens.peek(), `) expected, ${describe(this.#tokens.peek())} found`)
    }
    return { kind: 'pipeline', pipeline, path: [], offset: token.offset }
  }

  #checkFunction(token: Token): void {
    if (this.#functions.has(token.text)) return
    const reason = LEFT_OUT_FUNCTIONS.get(token.text)
    if (reason !== undefined) throw this.#tokens.fail(token, `the function ${token.text} is not supported`, reason)
    const meant = nearest(token.text, this.#functions.keys?.() ?? [])
    const hint = meant ? `Did you mean ${meant}?` : `A value is written with a dot: .${token.text}`
    throw this.#tokens.fail(token, `there is no function ${token.text}`, hint)
  }
}
