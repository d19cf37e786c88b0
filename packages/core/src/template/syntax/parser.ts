import type { Budget } from '../budget.js'
import { type Delimiters, GO_DELIMITERS } from '../delimiters.js'
import type { TemplateSource } from '../template-error.js'
import { tokenize } from './lexer.js'
import { MAX_NESTING } from './max-nesting.js'
import type { BranchNode, Node, Tree } from './node.js'
import { PipelineParser } from './pipeline-parser.js'
import type { Token } from './token.js'
import { describe, TokenStream } from './token-stream.js'

/**
 * Parses a template as Go's text/template does, all in one file.
 *
 * @param functions - the names that a template may call
 * @param budget - pays for each token
 * @throws KairosError `template/invalid`
 */
export function parseTemplate(
  source: TemplateSource,
  functions: { has(name: string): boolean },
  budget: Budget,
  delimiters: readonly Delimiters[] = [GO_DELIMITERS],
): Tree {
  return new Parser(new TokenStream(source, tokenize(source, delimiters, budget)), functions).run()
}

type Terminator = 'end' | 'else' | 'eof'

class Parser {
  readonly #tokens: TokenStream
  readonly #pipelines: PipelineParser
  readonly #definitions = new Map<string, readonly Node[]>()
  #depth = 0
  #rangeDepth = 0

  constructor(tokens: TokenStream, functions: { has(name: string): boolean }) {
    this.#tokens = tokens
    this.#pipelines = new PipelineParser(tokens, functions)
  }

  run(): Tree {
    const { nodes, terminator, at } = this.#list()
    if (terminator !== 'eof') throw this.#tokens.fail(at, `{${terminator}} without a block to which it belongs`)
    return { body: nodes, definitions: this.#definitions }
  }

  /** Nodes up to an `end` or `else`, which is read up to its word. */
  #list(): { nodes: Node[]; terminator: Terminator; at: Token } {
    const nodes: Node[] = []
    for (;;) {
      const token = this.#tokens.next()
      if (token.kind === 'end') return { nodes, terminator: 'eof', at: token }
      if (token.kind === 'text') {
        nodes.push({ type: 'text', text: token.text })
        continue
      }
      this.#tokens.skipSpace()
      const word = this.#tokens.peek()
      if (word.kind === 'keyword' && (word.text === 'end' || word.text === 'else')) {
        this.#tokens.next()
        return { nodes, terminator: word.text, at: word }
      }
      const node = this.#action(word)
      if (node) nodes.push(node)
    }
  }

  #action(word: Token): Node | undefined {
    if (word.kind !== 'keyword') return this.#plain(word)
    switch (word.text) {
      case 'if':
      case 'with':
      case 'range':
        this.#tokens.next()
        return this.#branch(word, word.text)
      case 'define':
        this.#tokens.next()
        return this.#define(word)
      case 'block':
        this.#tokens.next()
        return this.#block(word)
      case 'template':
        this.#tokens.next()
        return this.#template(word)
      case 'break':
      case 'continue':
        this.#tokens.next()
        this.#tokens.expectClose(word.text)
        if (this.#rangeDepth === 0) throw this.#tokens.fail(word, `${word.text} outside of a range`)
        return { type: word.text, offset: word.offset }
      default:
        return this.#plain(word)
    }
  }

  #plain(word: Token): Node {
    const pipeline = this.#pipelines.parse('an action', false)
    this.#tokens.expect('close', 'the end of the action')
    return { type: 'action', pipeline, offset: word.offset }
  }

  #branch(word: Token, type: 'if' | 'with' | 'range'): BranchNode {
    this.#enter(word)
    const scope = this.#pipelines.openScope()
    const pipeline = this.#pipelines.parse(type, type === 'range')
    this.#tokens.expect('close', 'the end of the action')
    if (type === 'range') this.#rangeDepth++
    const { nodes: body, terminator, at } = this.#list()
    if (type === 'range') this.#rangeDepth--
    const otherwise = terminator === 'else' ? this.#otherwise(at, type) : undefined
    if (terminator === 'eof') throw this.#tokens.fail(word, `this ${type} has no end`)
    if (terminator === 'end') this.#tokens.expectClose('end')
    this.#pipelines.closeScope(scope)
    this.#depth--
    return { type, pipeline, body, otherwise, offset: word.offset }
  }

  #otherwise(at: Token, type: 'if' | 'with' | 'range'): Node[] {
    const next = this.#tokens.peekAfterSpace()
    if (next.kind === 'keyword' && next.text === type && type !== 'range') {
      // `else if` is an if within the else, which shares its end.
      this.#tokens.skipSpace()
      this.#tokens.next()
      return [this.#branch(next, type)]
    }
    this.#tokens.expectClose('else')
    const { nodes, terminator, at: end } = this.#list()
    if (terminator === 'else') throw this.#tokens.fail(end, 'a second else')
    if (terminator === 'eof') throw this.#tokens.fail(at, 'this else has no end')
    this.#tokens.expectClose('end')
    return nodes
  }

  #define(word: Token): undefined {
    if (this.#depth > 0) throw this.#tokens.fail(word, 'define within another block')
    const name = this.#name('define')
    this.#tokens.expectClose('define')
    this.#addDefinition(name, this.#ownBody(word), word)
  }

  #block(word: Token): Node {
    const name = this.#name('block')
    const pipeline = this.#pipelines.parse('block', false)
    this.#tokens.expect('close', 'the end of the action')
    this.#addDefinition(name, this.#ownBody(word), word)
    return { type: 'template', name, pipeline, offset: word.offset }
  }

  /** The body of a define or block, which sees no variables and no range of what is around it. */
  #ownBody(word: Token): Node[] {
    this.#enter(word)
    const outer = this.#pipelines.isolate()
    const rangeDepth = this.#rangeDepth
    this.#rangeDepth = 0
    const { nodes, terminator, at } = this.#list()
    this.#rangeDepth = rangeDepth
    this.#pipelines.restore(outer)
    this.#depth--
    if (terminator === 'eof') throw this.#tokens.fail(word, `this ${word.text} has no end`)
    if (terminator === 'else') throw this.#tokens.fail(at, `else within ${word.text}`)
    this.#tokens.expectClose('end')
    return nodes
  }

  /** An empty definition does not replace one that says something, and gives way to one; two others are a mistake. */
  #addDefinition(name: string, nodes: Node[], word: Token): void {
    const old = this.#definitions.get(name)
    if (old && !isEmpty(old) && !isEmpty(nodes))
      throw this.#tokens.fail(word, `${JSON.stringify(name)} is defined twice`)
    if (!old || !isEmpty(nodes)) this.#definitions.set(name, nodes)
  }

  #template(word: Token): Node {
    const name = this.#name('template')
    this.#tokens.skipSpace()
    const pipeline = this.#tokens.peek().kind === 'close' ? undefined : this.#pipelines.parse('template', false)
    this.#tokens.expect('close', 'the end of the action')
    return { type: 'template', name, pipeline, offset: word.offset }
  }

  #name(after: string): string {
    this.#tokens.skipSpace()
    const token = this.#tokens.next()
    if (token.kind === 'string') return token.value ?? ''
    throw this.#tokens.fail(token, `a name in quotes expected after ${after}, ${describe(token)} found`)
  }

  #enter(word: Token): void {
    if (++this.#depth > MAX_NESTING) throw this.#tokens.fail(word, 'blocks are nested too deeply')
  }
}

function isEmpty(nodes: readonly Node[]): boolean {
  return nodes.every((node) => node.type === 'text' && node.text.trim() === '')
}
