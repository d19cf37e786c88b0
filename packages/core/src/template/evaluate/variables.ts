import type { Value } from '../values/value.js'

interface Variable {
  readonly name: string
  value: Value
  /** The one of the same name that this one hides. */
  readonly hidden: Variable | undefined
}

/** The variables that are in scope. */
export class Variables {
  /** In the order of their declaration. */
  readonly #declared: Variable[] = []
  /** By name: a template may have thousands. */
  readonly #visible = new Map<string, Variable>()

  /** @param root - what `$` stands for */
  constructor(root: Value) {
    this.declare('$', root)
  }

  mark(): number {
    return this.#declared.length
  }

  /** Forgets what was declared since the mark. */
  release(mark: number): void {
    for (const { name, hidden } of this.#declared.splice(mark).reverse()) {
      if (hidden) this.#visible.set(name, hidden)
      else this.#visible.delete(name)
    }
  }

  declare(name: string, value: Value): void {
    const variable = { name, value, hidden: this.#visible.get(name) }
    this.#declared.push(variable)
    this.#visible.set(name, variable)
  }

  /** The parser has made sure that it exists. */
  assign(name: string, value: Value): void {
    const variable = this.#visible.get(name)
    if (variable) variable.value = value
  }

  get(name: string): Value {
    return this.#visible.get(name)?.value ?? null
  }
}
