import type { Room } from './path-budget.js'

/** What a request takes besides its texts, in bytes. */
const REQUEST_SIZE = 200

/** Names that hard links of higher layers give to what a lower layer has, by its path there. */
export class LinkRequests {
  readonly #room: Room
  #open = new Map<string, string[]>()
  /** Of the layer being read: what lies beside them in the same layer does not answer them. */
  #coming = new Map<string, string[]>()

  constructor(room: Room) {
    this.#room = room
  }

  get isEmpty(): boolean {
    return this.#open.size === 0
  }

  /** Asks the layers below for what is at `target`. */
  ask(target: string, name: string): void {
    this.#room.take(REQUEST_SIZE + target.length + name.length)
    const names = this.#coming.get(target)
    if (names) names.push(name)
    else this.#coming.set(target, [name])
  }

  /** The names asked for by layers above, which are then answered. */
  answer(target: string): readonly string[] {
    if (this.#open.size === 0) return []
    const names = this.#open.get(target) ?? []
    this.#open.delete(target)
    return names
  }

  /** What nothing has answered yet, of layers above. */
  get targets(): Iterable<string> {
    return this.#open.keys()
  }

  /** Ends a layer. */
  descend(): void {
    for (const [target, names] of this.#coming) {
      const open = this.#open.get(target)
      if (open) open.push(...names)
      else this.#open.set(target, names)
    }
    this.#coming = new Map()
  }
}
