import { KairosError } from '@kairos-sdk/core'

/** Of texts and what is noted of them: room for some millions of paths. The process then takes up to 750 MiB. */
const MAX_SIZE = 2 ** 29

/** What a path in a set or map takes besides its text, in bytes. */
export const NOTE_SIZE = 50

/** A part of a budget, which can be given back as a whole. */
export interface Room {
  /**
   * @param size - in bytes, as far as it can be told
   * @throws KairosError `layers/unsupported` when there is no more room
   */
  take(size: number): void
}

/**
 * The memory that what is known of the paths of all layers may take. A layer of a megabyte can have names for many
 * gigabytes, as it is compressed.
 */
export class PathBudget implements Room {
  readonly #size: number
  #taken = 0

  /** @param size - in bytes */
  constructor(size = MAX_SIZE) {
    this.#size = size
  }

  take(size: number): void {
    this.#taken += size
    if (this.#taken <= this.#size) return
    const found = `Paths that fit into ${this.#size / 2 ** 20} MiB expected in all layers, more found.`
    throw new KairosError('layers/unsupported', found, {
      hint: 'Unpack the image with umoci and use the directory as: dir:/path',
    })
  }

  /** Room for a while. */
  lend(): Room & { giveBack(): void } {
    let lent = 0
    return {
      take: (size) => {
        lent += size
        this.take(size)
      },
      giveBack: () => {
        this.#taken -= lent
        lent = 0
      },
    }
  }
}
