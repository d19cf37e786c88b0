import type { Delimiters } from '../delimiters.js'

/** Where an action begins, and with what. */
export interface Opening {
  readonly at: number
  readonly delimiters: Delimiters
}

/** Finds the actions of a text one after another. Each delimiter's next place is remembered: to look for it again at each
 * action would read the rest of the text each time. */
export class Openings {
  readonly #text: string
  readonly #next: { readonly delimiters: Delimiters; at: number }[]

  /** @param delimiters - of two that begin at the same place, the earlier one counts */
  constructor(text: string, delimiters: readonly Delimiters[]) {
    this.#text = text
    this.#next = delimiters.map((delimiters) => ({ delimiters, at: -1 }))
  }

  /** The first opening at or behind an offset, which must not be before that of the last call. */
  from(offset: number): Opening | undefined {
    let best: Opening | undefined
    for (const next of this.#next) {
      if (next.at < offset) {
        const at = this.#text.indexOf(next.delimiters.left, offset)
        next.at = at === -1 ? Number.POSITIVE_INFINITY : at
      }
      if (next.at < (best?.at ?? Number.POSITIVE_INFINITY)) best = { at: next.at, delimiters: next.delimiters }
    }
    return best
  }
}
