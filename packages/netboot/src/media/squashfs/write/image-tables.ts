import { ByteWriter } from '../../../bytes/writer.js'
import type { Compressor } from '../compression/compressor.js'
import { encodeXattrTable } from '../structures/xattr.js'
import { MetadataWriter } from './metadata-writer.js'
import type { SquashfsSink } from './sink.js'
import type { XattrTables } from './xattr-table.js'

/** Metadata blocks are gathered into writes of this size. */
const WRITE_BYTES = 1024 * 1024

/** Writes tables one after another to the end of an image. */
export class TableSequence {
  readonly #sink: SquashfsSink
  readonly #compressor: Compressor
  #position: number

  constructor(sink: SquashfsSink, compressor: Compressor, position: number) {
    this.#sink = sink
    this.#compressor = compressor
    this.#position = position
  }

  /** Where the next table goes. */
  get position(): number {
    return this.#position
  }

  /** @returns where the table begins */
  async writeMetadata(writer: MetadataWriter): Promise<number> {
    const start = this.#position
    let gathered: Uint8Array[] = []
    let size = 0
    for (const part of writer.finish()) {
      gathered.push(part)
      size += part.length
      if (size < WRITE_BYTES) continue
      await this.#write(Buffer.concat(gathered))
      gathered = []
      size = 0
    }
    await this.#write(Buffer.concat(gathered))
    return start
  }

  /**
   * Writes a table that is read by index: its metadata blocks, then their offsets in the image, 8 bytes each.
   *
   * @returns where the offsets begin, which is what the superblock names
   */
  async writeLookup(records: Uint8Array): Promise<number> {
    const writer = new MetadataWriter(this.#compressor)
    writer.append(records)
    const start = await this.writeMetadata(writer)
    const table = this.#position
    await this.#write(offsets(start, writer.starts))
    return table
  }

  /** @returns where the head of the table is, which is what the superblock names */
  async writeXattrs({ keysAndValues, ids }: XattrTables, count: number): Promise<number> {
    const start = await this.writeMetadata(keysAndValues)
    const writer = new MetadataWriter(this.#compressor)
    writer.append(ids)
    const idStart = await this.writeMetadata(writer)
    const table = this.#position
    await this.#write(encodeXattrTable({ start, count }))
    await this.#write(offsets(idStart, writer.starts))
    return table
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) await this.#sink.write(bytes, this.#position)
    this.#position += bytes.length
  }
}

function offsets(start: number, blocks: readonly number[]): Uint8Array {
  const writer = new ByteWriter(blocks.length * 8, 'table offsets')
  for (const block of blocks) writer.uint64le(start + block, 'offset')
  return writer.written
}
