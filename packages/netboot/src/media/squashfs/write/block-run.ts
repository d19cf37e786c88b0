import { createHash, type Hash } from 'node:crypto'
import { SPARSE_BLOCK } from '../structures/block-word.js'
import type { BlockPipeline, StoredBlock } from './block-pipeline.js'

/** The full blocks of a file, which follow each other in the image. */
export interface BlockRun {
  /** Where the first stored block lies; 0 without one. */
  readonly start: number
  readonly words: ArrayLike<number>
}

export const NO_BLOCKS: BlockRun = { start: 0, words: [] }

/** Runs of blocks, by the digest of what is stored of them. */
export class BlockRuns {
  readonly #known = new Map<string, BlockRun>()
  /** Bytes of the image that did not have to be stored again. */
  saved = 0

  constructor(
    readonly pipeline: BlockPipeline,
    readonly deduplicate: boolean,
  ) {}

  /** Begins a run; until it is completed, no other block may be given to the pipeline. */
  begin(): RunBuilder {
    return new RunBuilder(this)
  }

  /**
   * The run that is equal to one just stored. That one is dropped: its room is given to the next block. Compression is
   * the same each time, so equal content gives equal bytes.
   */
  settle(run: BlockRun, digest: string): BlockRun {
    const known = this.#known.get(digest)
    if (!known) {
      this.#known.set(digest, run)
      return run
    }
    this.saved += this.pipeline.position - run.start
    this.pipeline.rewind(run.start)
    return known
  }
}

/** The run of a file that is being written. */
export class RunBuilder {
  readonly #runs: BlockRuns
  readonly #words: number[] = []
  readonly #hash: Hash | undefined
  #start: number | undefined

  constructor(runs: BlockRuns) {
    this.#runs = runs
    this.#hash = runs.deduplicate ? createHash('sha256') : undefined
  }

  get length(): number {
    return this.#words.length
  }

  addZeros(count: number): void {
    for (let index = 0; index < count; index++) this.#words.push(SPARSE_BLOCK)
  }

  /** @param release - called when the block's bytes are needed no more */
  async addBlock(block: Uint8Array, release: () => void): Promise<void> {
    const index = this.#words.push(SPARSE_BLOCK) - 1
    await this.#runs.pipeline.submit(block, (stored) => {
      this.#stored(index, stored)
      release()
    })
  }

  /** Gives the run, when all of its blocks are stored, to `settled`. */
  complete(settled: (run: BlockRun) => void): void {
    this.#runs.pipeline.afterwards(() => {
      const words = Uint32Array.from(this.#words)
      const run = { start: this.#start ?? 0, words }
      if (this.#start === undefined || !this.#hash) return settled(run)
      // With the number of words it is clear where the blocks end and their words begin.
      settled(this.#runs.settle(run, `${words.length} ${this.#hash.update(bytesOf(words)).digest('base64url')}`))
    })
  }

  #stored(index: number, { start, word, bytes }: StoredBlock): void {
    this.#start ??= start
    this.#words[index] = word
    this.#hash?.update(bytes)
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}
