import type { Budget } from '../budget.js'
import { TemplateFault } from '../template-error.js'
import { isWord } from './character-class.js'
import type { Assertion, CharacterTest, RegexNode } from './node.js'
import { type ParsedRegex, parseRegex } from './parse.js'

type Instruction =
  | { readonly op: 'character'; readonly test: CharacterTest }
  | { readonly op: 'assertion'; readonly assertion: Assertion }
  /** Goes on at both, `first` preferred. */
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; target: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'match' }

/** Where a match and its groups begin and end, as pairs of character offsets; -1 for a group that took no part. */
export type Match = readonly number[]

const MAX_PROGRAM = 5_000
const MAX_PATTERN = 2_000

/**
 * A regular expression that is matched by keeping all possibilities at once (Thompson's construction, with Pike's
 * captures): time is proportional to text and expression, whatever the expression is. JavaScript's own would let a
 * template hang the process.
 */
export class Regex {
  readonly #program: Instruction[] = []
  readonly #parsed: ParsedRegex

  constructor(pattern: string) {
    if (pattern.length > MAX_PATTERN)
      throw new TemplateFault(`the regular expression is longer than ${MAX_PATTERN} characters`)
    this.#parsed = parseRegex(pattern)
    this.#compile({ type: 'group', node: this.#parsed.node, index: 0 })
    this.#emit({ op: 'match' })
  }

  /** The number of a named group. */
  groupNamed(name: string): number | undefined {
    return this.#parsed.names.get(name)
  }

  #emit(instruction: Instruction): number {
    if (this.#program.length >= MAX_PROGRAM) throw new TemplateFault('the regular expression is too large')
    return this.#program.push(instruction) - 1
  }

  #compile(node: RegexNode): void {
    switch (node.type) {
      case 'character':
        this.#emit({ op: 'character', test: node.test })
        return
      case 'assertion':
        this.#emit({ op: 'assertion', assertion: node.assertion })
        return
      case 'sequence':
        for (const part of node.nodes) this.#compile(part)
        return
      case 'group':
        this.#emit({ op: 'save', slot: node.index * 2 })
        this.#compile(node.node)
        this.#emit({ op: 'save', slot: node.index * 2 + 1 })
        return
      case 'choice':
        this.#compileChoice(node.nodes)
        return
      case 'repeat':
        for (let count = 0; count < node.least; count++) this.#compile(node.node)
        if (node.most === Number.POSITIVE_INFINITY) this.#compileLoop(node.node, node.isLazy)
        else this.#compileOptional(node.node, node.most - node.least, node.isLazy)
    }
  }

  #compileChoice(nodes: readonly RegexNode[]): void {
    const jumps: { target: number }[] = []
    for (const [index, node] of nodes.entries()) {
      if (index === nodes.length - 1) {
        this.#compile(node)
        break
      }
      const split = { op: 'split' as const, first: this.#program.length + 1, second: 0 }
      this.#emit(split)
      this.#compile(node)
      const jump = { op: 'jump' as const, target: 0 }
      this.#emit(jump)
      jumps.push(jump)
      split.second = this.#program.length
    }
    for (const jump of jumps) jump.target = this.#program.length
  }

  #compileLoop(node: RegexNode, isLazy: boolean): void {
    const split = { op: 'split' as const, first: 0, second: 0 }
    const at = this.#emit(split)
    const body = this.#program.length
    this.#compile(node)
    this.#emit({ op: 'jump', target: at })
    const after = this.#program.length
    ;[split.first, split.second] = isLazy ? [after, body] : [body, after]
  }

  #compileOptional(node: RegexNode, times: number, isLazy: boolean): void {
    const splits: { first: number; second: number; body: number }[] = []
    for (let count = 0; count < times; count++) {
      const split = { op: 'split' as const, first: 0, second: 0, body: this.#program.length + 1 }
      this.#emit(split)
      splits.push(split)
      this.#compile(node)
    }
    const after = this.#program.length
    for (const split of splits) [split.first, split.second] = isLazy ? [after, split.body] : [split.body, after]
  }

  /** The leftmost match at or after `from`; of several there, the one that the expression prefers. */
  find(chars: readonly string[], from: number, budget: Budget): Match | undefined {
    let threads: { pc: number; slots: number[] }[] = []
    let found: number[] | undefined
    for (let at = from; ; at++) {
      const seen = new Set<number>()
      const next: typeof threads = []
      const current: typeof threads = []
      for (const thread of threads) this.#add(current, seen, thread.pc, thread.slots, chars, at)
      if (!found) this.#add(current, seen, 0, [], chars, at)
      budget.spend(1 + current.length)
      for (const { pc, slots } of current) {
        const instruction = this.#program[pc]
        if (instruction?.op === 'match') {
          // What the expression likes less is cut off.
          found = slots
          break
        }
        if (instruction?.op === 'character' && at < chars.length && instruction.test(chars[at] ?? '')) {
          next.push({ pc: pc + 1, slots })
        }
      }
      threads = next
      if (at >= chars.length || (threads.length === 0 && found)) break
    }
    return found && Array.from({ length: (this.#parsed.groups + 1) * 2 }, (_, slot) => found?.[slot] ?? -1)
  }

  /** Follows what takes no character. An own stack, since expressions can be long. */
  #add(
    list: { pc: number; slots: number[] }[],
    seen: Set<number>,
    start: number,
    slots: number[],
    chars: readonly string[],
    at: number,
  ): void {
    const stack = [{ pc: start, slots }]
    for (let top = stack.pop(); top; top = stack.pop()) {
      const { pc } = top
      if (seen.has(pc)) continue
      seen.add(pc)
      const instruction = this.#program[pc]
      if (instruction?.op === 'jump') stack.push({ pc: instruction.target, slots: top.slots })
      else if (instruction?.op === 'split') {
        stack.push({ pc: instruction.second, slots: top.slots }, { pc: instruction.first, slots: top.slots })
      } else if (instruction?.op === 'save') {
        const saved = top.slots.slice()
        saved[instruction.slot] = at
        stack.push({ pc: pc + 1, slots: saved })
      } else if (instruction?.op === 'assertion') {
        if (holds(instruction.assertion, chars, at)) stack.push({ pc: pc + 1, slots: top.slots })
      } else list.push({ pc, slots: top.slots })
    }
  }
}

function holds(assertion: Assertion, chars: readonly string[], at: number): boolean {
  switch (assertion) {
    case 'text-start':
      return at === 0
    case 'text-end':
      return at === chars.length
    case 'line-start':
      return at === 0 || chars[at - 1] === '\n'
    case 'line-end':
      return at === chars.length || chars[at] === '\n'
    default: {
      const isBoundary = isWord(chars[at - 1] ?? ' ') !== isWord(chars[at] ?? ' ')
      return isBoundary === (assertion === 'word-boundary')
    }
  }
}

/** All matches that do not overlap; an empty one right behind another does not count. */
export function findAll(regex: Regex, chars: readonly string[], limit: number, budget: Budget): Match[] {
  const matches: Match[] = []
  let previousEnd = -1
  for (let at = 0; at <= chars.length && matches.length < limit; ) {
    const match = regex.find(chars, at, budget)
    if (!match) break
    const [start = 0, end = 0] = match
    if (end > start || start !== previousEnd) matches.push(match)
    previousEnd = end
    at = end > at ? end : at + 1
  }
  return matches
}
