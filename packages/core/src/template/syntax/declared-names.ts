/** The names of variables that are declared at a place of the template. */
export class DeclaredNames {
  readonly #names: string[] = []
  /** How often each is declared. */
  readonly #counts = new Map<string, number>()

  constructor() {
    this.add('$')
  }

  add(name: string): void {
    this.#names.push(name)
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  has(name: string): boolean {
    return this.#counts.has(name)
  }

  mark(): number {
    return this.#names.length
  }

  /** Forgets what was declared since the mark. */
  release(mark: number): void {
    for (const name of this.#names.splice(mark)) {
      const count = (this.#counts.get(name) ?? 1) - 1
      if (count === 0) this.#counts.delete(name)
      else this.#counts.set(name, count)
    }
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#counts.keys()
  }
}
