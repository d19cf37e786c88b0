import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, readFully } from '../../../bytes/byte-source.js'
import { cachedSource } from '../../../bytes/cached-source.js'
import type { Decompressor } from '../compression/decompressor.js'
import { decodeMetadataHeader, METADATA_HEADER_SIZE, METADATA_SIZE } from '../structures/metadata-header.js'
import type { MetadataPosition } from '../structures/metadata-reference.js'
import { Recent } from './recent.js'

/** Metadata blocks that are kept: half a megabyte. */
const CACHED_BLOCKS = 64

interface MetadataBlock {
  readonly bytes: Uint8Array
  /** Where the next block begins in the image. */
  readonly next: number
}

/** Reads the metadata blocks of an image. */
export class MetadataReader {
  readonly #source: ByteSource
  readonly #decompressor: Decompressor
  readonly #end: number
  readonly #blocks = new Recent<MetadataBlock>(CACHED_BLOCKS)

  /** @param end - where the image ends in the source */
  constructor(source: ByteSource, decompressor: Decompressor, end: number) {
    this.#source = cachedSource(source)
    this.#decompressor = decompressor
    this.#end = end
  }

  /**
   * Begins to read at a block that starts at `start` in the image.
   *
   * @param offset - in the uncompressed block
   */
  cursor(start: number, offset: number): MetadataCursor {
    return new MetadataCursor(this, start, offset)
  }

  /** Bytes of the image that are in no metadata block, as the offsets of tables. */
  raw(start: number, length: number, field: string): Promise<Uint8Array> {
    if (!Number.isSafeInteger(start) || start < 0 || start + length > this.#end) {
      throw this.error(`${field}: ${length} bytes inside the image's ${this.#end} expected, offset ${start} found`)
    }
    return readFully(this.#source, start, length)
  }

  /** @throws KairosError `squashfs/damaged` */
  block(start: number): Promise<MetadataBlock> {
    return this.#blocks.get(start, () => this.#load(start))
  }

  error(message: string, cause?: unknown): KairosError {
    return new KairosError('squashfs/damaged', `${this.#source.name}: ${message}.`, { cause })
  }

  async #load(start: number): Promise<MetadataBlock> {
    const [low = 0, high = 0] = await this.raw(start, METADATA_HEADER_SIZE, 'metadata block')
    const { size, compressed } = decodeMetadataHeader(low | (high << 8))
    if (size === 0 || size > METADATA_SIZE) {
      throw this.error(`metadata block at ${start}: 1 to ${METADATA_SIZE} bytes expected, ${size} found`)
    }
    const stored = await this.raw(start + METADATA_HEADER_SIZE, size, 'metadata block')
    const next = start + METADATA_HEADER_SIZE + size
    if (!compressed) return { bytes: stored, next }
    try {
      return { bytes: this.#decompressor.decompressSync(stored, METADATA_SIZE), next }
    } catch (error) {
      throw this.error(`metadata block at ${start} cannot be decompressed`, error)
    }
  }
}

/** Reads on through metadata blocks that follow each other. */
export class MetadataCursor {
  readonly #reader: MetadataReader
  #start: number
  #offset: number

  constructor(reader: MetadataReader, start: number, offset: number) {
    this.#reader = reader
    this.#start = start
    this.#offset = offset
  }

  /** Where the next byte lies; `block` counts from the start of the image. */
  get position(): MetadataPosition {
    return { block: this.#start, offset: this.#offset }
  }

  /**
   * The next bytes.
   *
   * @param length - checked by the caller against what the field can have at most
   * @throws KairosError `squashfs/damaged`
   */
  async read(length: number): Promise<Uint8Array> {
    let block = await this.#reader.block(this.#start)
    if (this.#offset + length <= block.bytes.length) {
      this.#offset += length
      return block.bytes.subarray(this.#offset - length, this.#offset)
    }
    if (this.#offset > block.bytes.length) {
      throw this.#reader.error(
        `metadata block at ${this.#start}: an offset up to ${block.bytes.length} expected, ${this.#offset} found`,
      )
    }
    const whole = new Uint8Array(length)
    for (let filled = 0; ; ) {
      const part = block.bytes.subarray(this.#offset, this.#offset + length - filled)
      whole.set(part, filled)
      filled += part.length
      this.#offset += part.length
      if (filled === length) return whole
      this.#start = block.next
      this.#offset = 0
      block = await this.#reader.block(this.#start)
      // A block of nothing leads to the next, which may be of nothing too: without an end, and without progress.
      if (block.bytes.length === 0)
        throw this.#reader.error(`metadata block at ${this.#start}: bytes expected, none found`)
    }
  }
}
