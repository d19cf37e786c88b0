import { hash } from 'node:crypto'
import type { FragmentEntry } from '../structures/fragment-entry.js'
import type { BlockPipeline } from './block-pipeline.js'
import type { BufferPool } from './buffer-pool.js'

/** Where the end of a file, or all of a small one, lies. */
export interface FragmentPlace {
  readonly fragment: number
  readonly offset: number
}

/**
 * Packs small files and ends of files into fragment blocks, equal ones once.
 */
export class FragmentPacker {
  /** The fragment table; complete when the pipeline has finished. */
  readonly entries: FragmentEntry[] = []
  /** Bytes that did not have to be stored again. */
  saved = 0
  readonly #pipeline: BlockPipeline
  readonly #pool: BufferPool
  readonly #places: Map<string, FragmentPlace> | undefined
  #buffer: Uint8Array
  #filled = 0
  #count = 0

  constructor(pipeline: BlockPipeline, pool: BufferPool, deduplicate: boolean) {
    this.#pipeline = pipeline
    this.#pool = pool
    this.#places = deduplicate ? new Map() : undefined
    this.#buffer = pool.take()
  }

  /** @param bytes - less than a block; copied */
  async add(bytes: Uint8Array): Promise<FragmentPlace> {
    const digest = this.#places && hash('sha256', bytes, 'base64url')
    const known = digest === undefined ? undefined : this.#places?.get(digest)
    if (known) {
      this.saved += bytes.length
      return known
    }
    if (this.#filled + bytes.length > this.#pool.size) await this.flush()
    const place = { fragment: this.#count, offset: this.#filled }
    this.#buffer.set(bytes, this.#filled)
    this.#filled += bytes.length
    if (digest !== undefined) this.#places?.set(digest, place)
    return place
  }

  /** Passes the block that is being filled on, if there is one. */
  async flush(): Promise<void> {
    if (this.#filled === 0) return
    const buffer = this.#buffer
    const index = this.#count++
    const block = buffer.subarray(0, this.#filled)
    this.#buffer = this.#pool.take()
    this.#filled = 0
    await this.#pipeline.submit(block, ({ start, word }) => {
      this.entries[index] = { start, word }
      this.#pool.give(buffer)
    })
  }
}
