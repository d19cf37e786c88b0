import { KairosError } from '@kairos-sdk/core'
import { ByteWriter } from '../../../bytes/writer.js'

/** As many as the superblock can count. */
const MAX_IDS = 0xffff

/** Owners and groups: inodes refer to them by index. */
export class IdTable {
  readonly #indexes = new Map<number, number>()

  get size(): number {
    return this.#indexes.size
  }

  /** @throws KairosError `squashfs/unsupported` for more different ids than an image can have */
  indexOf(id: number): number {
    const known = this.#indexes.get(id)
    if (known !== undefined) return known
    const index = this.#indexes.size
    if (index === MAX_IDS) {
      throw new KairosError(
        'squashfs/unsupported',
        `At most ${MAX_IDS} different owners and groups expected, more found.`,
      )
    }
    this.#indexes.set(id, index)
    return index
  }

  /** Ids in the order of their indexes, 4 bytes each, little-endian. */
  encode(): Uint8Array {
    const writer = new ByteWriter(this.#indexes.size * 4, 'id table')
    for (const id of this.#indexes.keys()) writer.uint32le(id, 'id')
    return writer.written
  }
}
