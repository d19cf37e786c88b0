import { TemplateFault } from '../template-error.js'
import { foldingCase, not, perlClasses, posixClass, range, unicodeClass } from './character-class.js'
import type { CharacterTest, RegexNode } from './node.js'

export interface ParsedRegex {
  readonly node: RegexNode
  readonly groups: number
  readonly names: ReadonlyMap<string, number>
}

interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
  readonly U: boolean
}

const MAX_DEPTH = 100
/** RE2 refuses more. */
const MAX_REPEAT = 1_000

/**
 * Parses a regular expression in the syntax of RE2, which is Go's: without back references and looking around, so that
 * matching takes time in proportion to the text.
 */
export function parseRegex(pattern: string): ParsedRegex {
  return new RegexParser(pattern).run()
}

class RegexParser {
  readonly #chars: string[]
  readonly #names = new Map<string, number>()
  #at = 0
  #groups = 0
  #depth = 0
  #flags: Flags = { i: false, m: false, s: false, U: false }

  constructor(pattern: string) {
    this.#chars = [...pattern]
  }

  run(): ParsedRegex {
    const node = this.#choice()
    if (this.#at < this.#chars.length) throw this.#fail('a ) has no (')
    return { node, groups: this.#groups, names: this.#names }
  }

  #fail(problem: string): TemplateFault {
    return new TemplateFault(`in the regular expression, ${problem}`)
  }

  #accept(text: string): boolean {
    for (const [index, char] of [...text].entries()) if (this.#chars[this.#at + index] !== char) return false
    this.#at += text.length
    return true
  }

  #choice(): RegexNode {
    const nodes = [this.#sequence()]
    while (this.#accept('|')) nodes.push(this.#sequence())
    return nodes.length === 1 && nodes[0] ? nodes[0] : { type: 'choice', nodes }
  }

  #sequence(): RegexNode {
    const nodes: RegexNode[] = []
    while (this.#at < this.#chars.length && this.#chars[this.#at] !== '|' && this.#chars[this.#at] !== ')') {
      if (this.#accept('\\Q')) {
        while (this.#at < this.#chars.length && !this.#accept('\\E'))
          nodes.push(this.#repeated(this.#literal(this.#next())))
      } else {
        const atom = this.#atom()
        if (atom) nodes.push(this.#repeated(atom))
      }
    }
    return nodes.length === 1 && nodes[0] ? nodes[0] : { type: 'sequence', nodes }
  }

  #next(): string {
    const char = this.#chars[this.#at]
    if (char === undefined) throw this.#fail('something is missing at the end')
    this.#at++
    return char
  }

  #repeated(atom: RegexNode): RegexNode {
    const bounds = this.#bounds()
    if (!bounds) return atom
    const isLazy = this.#accept('?') !== this.#flags.U
    const node: RegexNode = { type: 'repeat', node: atom, least: bounds[0], most: bounds[1], isLazy }
    const at = this.#at
    if (this.#bounds()) {
      this.#at = at
      throw this.#fail('one repetition follows another')
    }
    return node
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#accept('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.#accept('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.#accept('?')) return [0, 1]
    const match = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#chars.slice(this.#at, this.#at + 12).join(''))
    if (!match) return undefined
    const least = Number(match[1])
    const most = match[2] === undefined ? least : match[3] ? Number(match[3]) : Number.POSITIVE_INFINITY
    if (least > MAX_REPEAT || (most > MAX_REPEAT && most !== Number.POSITIVE_INFINITY) || most < least) {
      throw this.#fail(`a repetition of at most ${MAX_REPEAT} expected, ${match[0]} found`)
    }
    this.#at += match[0].length
    return [least, most]
  }

  #atom(): RegexNode | undefined {
    const char = this.#next()
    switch (char) {
      case '(':
        return this.#group()
      case '[':
        return this.#character(this.#class())
      case '.':
        return { type: 'character', test: this.#flags.s ? () => true : (char) => char !== '\n' }
      case '^':
        return { type: 'assertion', assertion: this.#flags.m ? 'line-start' : 'text-start' }
      case '$':
        return { type: 'assertion', assertion: this.#flags.m ? 'line-end' : 'text-end' }
      case '*':
      case '+':
      case '?':
        throw this.#fail(`there is nothing to repeat before ${char}`)
      case '\\':
        return this.#escape()
      default:
        return this.#literal(char)
    }
  }

  #literal(char: string): RegexNode {
    return this.#character((other) => other === char)
  }

  #character(test: CharacterTest): RegexNode {
    return { type: 'character', test: this.#flags.i ? foldingCase(test) : test }
  }

  #group(): RegexNode | undefined {
    const outer = this.#flags
    let index: number | undefined
    if (this.#accept('?P<') || this.#accept('?<')) index = this.#nameGroup()
    else if (this.#accept('?')) {
      if (this.#setFlags() === ')') return undefined
    } else index = ++this.#groups
    if (++this.#depth > MAX_DEPTH) throw this.#fail('groups are nested too deeply')
    const node = this.#choice()
    this.#depth--
    if (!this.#accept(')')) throw this.#fail('a ( is not closed')
    this.#flags = outer
    return index === undefined ? node : { type: 'group', node, index }
  }

  #nameGroup(): number {
    let name = ''
    while (!this.#accept('>')) name += this.#next()
    if (!/^[A-Za-z0-9_]+$/.test(name) || this.#names.has(name))
      throw this.#fail('the name of a group is wrong or used twice')
    this.#names.set(name, ++this.#groups)
    return this.#groups
  }

  /** `i`, `m`, `s`, `U`, after a `-` the opposite; returns what ends them: `:` or `)`. */
  #setFlags(): string {
    let value = true
    for (;;) {
      const char = this.#next()
      if (char === ':' || char === ')') return char
      if (char === '-' && value) value = false
      else if (char in this.#flags && /[imsU]/.test(char)) this.#flags = { ...this.#flags, [char]: value }
      else throw this.#fail('(? is followed by something that is not supported')
    }
  }

  #escape(): RegexNode {
    const char = this.#next()
    if (char === 'A') return { type: 'assertion', assertion: 'text-start' }
    if (char === 'z') return { type: 'assertion', assertion: 'text-end' }
    if (char === 'b') return { type: 'assertion', assertion: 'word-boundary' }
    if (char === 'B') return { type: 'assertion', assertion: 'no-word-boundary' }
    return this.#character(this.#classEscape(char) ?? this.#sameAs(this.#characterEscape(char)))
  }

  #sameAs(char: string): CharacterTest {
    return (other) => other === char
  }

  #classEscape(char: string): CharacterTest | undefined {
    if (char !== 'p' && char !== 'P') return perlClasses[char]
    let name = this.#next()
    if (name === '{') {
      name = ''
      while (!this.#accept('}')) name += this.#next()
    }
    return unicodeClass(name, char === 'P')
  }

  #characterEscape(char: string): string {
    const simple: Readonly<Record<string, string>> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
    if (simple[char]) return simple[char]
    if (char === 'x') return this.#hexEscape()
    if (/[0-7]/.test(char)) {
      let digits = char
      while (digits.length < 3 && /^[0-7]$/.test(this.#chars[this.#at] ?? '')) digits += this.#next()
      if (digits.length === 1 && char !== '0') throw this.#fail('back references are not supported')
      return String.fromCodePoint(Number.parseInt(digits, 8))
    }
    if (/^[^A-Za-z0-9_]$/u.test(char) && char <= '\x7f') return char
    throw this.#fail(`\\${char} has no meaning`)
  }

  #hexEscape(): string {
    let digits = ''
    if (this.#accept('{')) while (!this.#accept('}')) digits += this.#next()
    else digits = this.#next() + this.#next()
    const code = /^[\da-fA-F]{1,6}$/.test(digits) ? Number.parseInt(digits, 16) : Number.POSITIVE_INFINITY
    if (code > 0x10ffff) throw this.#fail('\\x is not followed by a character in hexadecimal digits')
    return String.fromCodePoint(code)
  }

  #class(): CharacterTest {
    const isNegated = this.#accept('^')
    const tests: CharacterTest[] = []
    let isFirst = true
    while (isFirst || this.#chars[this.#at] !== ']') {
      isFirst = false
      tests.push(this.#classMember())
    }
    this.#at++
    const folded = this.#flags.i ? tests.map(foldingCase) : tests
    const test: CharacterTest = (char) => folded.some((member) => member(char))
    // Folding what is negated would match everything.
    if (!isNegated) return test
    return this.#flags.i ? negatedFolded(test) : not(test)
  }

  #classMember(): CharacterTest {
    if (this.#accept('[:')) {
      let name = ''
      while (!this.#accept(':]')) name += this.#next()
      return posixClass(name)
    }
    const char = this.#next()
    if (char === '\\') {
      const escaped = this.#next()
      const test = this.#classEscape(escaped)
      if (test) return test
      return this.#rangeFrom(this.#characterEscape(escaped))
    }
    return this.#rangeFrom(char)
  }

  #rangeFrom(from: string): CharacterTest {
    if (this.#chars[this.#at] !== '-' || this.#chars[this.#at + 1] === ']') return this.#sameAs(from)
    this.#at++
    const char = this.#next()
    const to = char === '\\' ? this.#characterEscape(this.#next()) : char
    if ((to.codePointAt(0) ?? 0) < (from.codePointAt(0) ?? 0)) throw this.#fail('a range of characters is backwards')
    return range(from, to)
  }
}

/** The caller folds once more: a character counts only if none of its cases is excluded. */
function negatedFolded(test: CharacterTest): CharacterTest {
  return (char) => !test(char) && !test(char.toLowerCase()) && !test(char.toUpperCase())
}
