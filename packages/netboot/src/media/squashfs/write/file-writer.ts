import { KairosError } from '@kairos-sdk/core'
import type { ByteSource, ReadOptions } from '../../../bytes/byte-source.js'
import { type ContentPiece, contentPieces } from '../../../file-system/content-pieces.js'
import type { ContentStream } from '../../../file-system/entry.js'
import { BlockCutter } from './block-cutter.js'
import type { BlockPipeline } from './block-pipeline.js'
import { BlockRuns, type RunBuilder } from './block-run.js'
import { BufferPool } from './buffer-pool.js'
import { FragmentPacker } from './fragment-packer.js'
import type { FileNode } from './node.js'

/** Blocks are counted in memory, 4 bytes each; holes of many terabytes cost nothing but this. */
const MAX_BLOCKS = 2 ** 26

export interface FileWriterInit {
  readonly pipeline: BlockPipeline
  readonly blockSize: number
  readonly deduplicate: boolean
  readonly packTails: boolean
  /** Told of the bytes of each piece of content. */
  readonly onBytes: (bytes: number) => void
}

/** Stores the content of files: full blocks one after another, ends and small files in fragments. */
export class FileWriter {
  readonly fragments: FragmentPacker
  readonly #runs: BlockRuns
  readonly #pool: BufferPool
  readonly #cutter: BlockCutter
  readonly #init: FileWriterInit
  #blocks = 0

  constructor(init: FileWriterInit) {
    this.#init = init
    this.#pool = new BufferPool(init.blockSize)
    this.#cutter = new BlockCutter(this.#pool)
    this.#runs = new BlockRuns(init.pipeline, init.deduplicate)
    this.fragments = new FragmentPacker(init.pipeline, this.#pool, init.deduplicate)
  }

  /** Bytes that did not have to be stored again, those in blocks after compression. */
  get saved(): number {
    return this.#runs.saved + this.fragments.saved
  }

  /** Where the content is becomes known when the pipeline has finished. */
  async write(path: string, node: FileNode, source: ByteSource | ContentStream, options: ReadOptions): Promise<void> {
    this.#blocks += Math.floor(node.size / this.#init.blockSize)
    if (this.#blocks > MAX_BLOCKS) {
      const found = `${path} with ${node.size} bytes`
      throw new KairosError(
        'squashfs/invalid-entry',
        `At most ${MAX_BLOCKS} blocks expected, more with ${found} found.`,
      )
    }
    const run = this.#runs.begin()
    const pieces = this.#counted(contentPieces(path, source, { ...options, code: 'squashfs/invalid-entry' }))
    const tail = await this.#cutter.cut(pieces, {
      data: (block) => run.addBlock(block, () => this.#pool.give(block)),
      zeros: (count) => {
        run.addZeros(count)
        node.sparse += count * this.#init.blockSize
      },
    })
    const inFragment = tail.length > 0 && (await this.#addTailBlock(node, run, tail))
    if (run.length > 0) {
      run.complete((settled) => {
        node.blocks = settled
      })
    }
    // Behind the run: a fragment block among its blocks would be dropped with them if they are known already.
    if (inFragment) node.fragment = await this.fragments.add(tail)
  }

  /** Adds the end of a file to its blocks, or says that it belongs into a fragment. */
  async #addTailBlock(node: FileNode, run: RunBuilder, tail: Uint8Array): Promise<boolean> {
    if (run.length > 0 && this.#cutter.isZeros(tail)) {
      run.addZeros(1)
      node.sparse += tail.length
      return false
    }
    if (run.length === 0 || this.#init.packTails) return true
    const block = this.#pool.take()
    block.set(tail)
    await run.addBlock(block.subarray(0, tail.length), () => this.#pool.give(block))
    return false
  }

  async *#counted(pieces: AsyncIterable<ContentPiece>): AsyncGenerator<ContentPiece> {
    for await (const piece of pieces) {
      this.#init.onBytes(typeof piece === 'number' ? piece : piece.length)
      yield piece
    }
  }
}
