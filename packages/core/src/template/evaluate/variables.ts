import type { Value } from '../values/value.js'

/** The variables that are in scope, innermost last. */
export class Variables {
  readonly #stack: { readonly name: string; value: Value }[]

  /** @param root - what `$` stands for */
  constructor(root: Value) {
    this.#stack = [{ name: '$', value: root }]
  }

  mark(): number {
    return this.#stack.length
  }

  /** Forgets what was declared since the mark. */
  release(mark: number): void {
    this.#stack.length = mark
  }

  declare(name: string, value: Value): void {
    this.#stack.push({ name, value })
  }

  /** The parser has made sure that it exists. */
  assign(name: string, value: Value): void {
    const variable = this.#stack.findLast((variable) => variable.name === name)
    if (variable) variable.value = value
  }

  get(name: string): Value {
    return this.#stack.findLast((variable) => variable.name === name)?.value ?? null
  }
}
