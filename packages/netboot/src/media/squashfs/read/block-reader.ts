import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, readFully } from '../../../bytes/byte-source.js'
import type { Decompressor } from '../compression/decompressor.js'
import { decodeBlockWord } from '../structures/block-word.js'
import { Recent } from './recent.js'

/** Blocks that are kept, up to 8 MiB: small files that lie together are read together. */
const CACHED_BLOCKS = 8

export interface BlockReaderInit {
  readonly source: ByteSource
  readonly decompressor: Decompressor
  readonly blockSize: number
  /** Where the image ends in the source. */
  readonly end: number
}

/** Reads the data and fragment blocks of an image. */
export class BlockReader {
  readonly #init: BlockReaderInit
  readonly #recent = new Recent<Uint8Array>(CACHED_BLOCKS)

  constructor(init: BlockReaderInit) {
    this.#init = init
  }

  /**
   * A block that is stored.
   *
   * @throws KairosError `squashfs/damaged` for a block outside the image, that cannot be decompressed, or is too large
   */
  read(start: number, word: number): Promise<Uint8Array> {
    return this.#recent.get(start, () => this.#load(start, word))
  }

  async #load(start: number, word: number): Promise<Uint8Array> {
    const { source, decompressor, blockSize, end } = this.#init
    const { size, compressed } = decodeBlockWord(word)
    if (size === 0 || size > blockSize || start + size > end) {
      throw this.#error(
        `block of up to ${blockSize} bytes inside the image's ${end} expected, ${size} at ${start} found`,
      )
    }
    const stored = await readFully(source, start, size)
    if (!compressed) return stored
    try {
      return await decompressor.decompress(stored, blockSize)
    } catch (error) {
      throw this.#error(`block at ${start} cannot be decompressed`, error)
    }
  }

  #error(message: string, cause?: unknown): KairosError {
    return new KairosError('squashfs/damaged', `${this.#init.source.name}: ${message}.`, { cause })
  }
}
