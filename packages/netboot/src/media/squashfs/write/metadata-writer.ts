import type { Compressor } from '../compression/compressor.js'
import { encodeMetadataHeader, METADATA_HEADER_SIZE, METADATA_SIZE } from '../structures/metadata-header.js'
import type { MetadataPosition } from '../structures/metadata-reference.js'

/**
 * Gathers a table of metadata blocks in memory. Blocks are compressed at once, so that references to what follows are
 * known: directories refer to inodes, and inodes to directories.
 */
export class MetadataWriter {
  /** Where each block begins in the table. */
  readonly starts: number[] = []
  readonly #compressor: Compressor
  readonly #blocks: Uint8Array[] = []
  readonly #buffer = Buffer.alloc(METADATA_SIZE)
  #filled = 0
  #size = 0

  constructor(compressor: Compressor) {
    this.#compressor = compressor
  }

  /** Where the next byte goes. */
  get position(): MetadataPosition {
    return { block: this.#size, offset: this.#filled }
  }

  /** Bytes of the table so far, as stored. */
  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0; ) {
      const part = rest.subarray(0, METADATA_SIZE - this.#filled)
      this.#buffer.set(part, this.#filled)
      this.#filled += part.length
      rest = rest.subarray(part.length)
      if (this.#filled === METADATA_SIZE) this.#flush()
    }
  }

  /** The whole table as stored; nothing can be appended any more. */
  finish(): readonly Uint8Array[] {
    if (this.#filled > 0) this.#flush()
    return this.#blocks
  }

  #flush(): void {
    const raw = this.#buffer.subarray(0, this.#filled)
    const compressed = this.#compressor.compressSync(raw)
    const smaller = compressed.length < raw.length
    const block = Buffer.from(smaller ? compressed : raw)
    this.#blocks.push(encodeMetadataHeader({ size: block.length, compressed: smaller }), block)
    this.starts.push(this.#size)
    this.#size += METADATA_HEADER_SIZE + block.length
    this.#filled = 0
  }
}
