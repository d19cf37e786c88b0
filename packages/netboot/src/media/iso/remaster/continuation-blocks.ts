import { SECTOR_SIZE } from '../structures/sector.js'
import { CONTINUATION_ENTRY_SIZE } from '../structures/susp/continuation-area.js'
import type { EditableDirectory } from './editable-directory.js'
import { type ContinuationCopy, setBothEndian32 } from './editable-record.js'
import type { Patch } from './grow-partitions.js'
import type { TreeEditor } from './tree-editor.js'

interface ContinuationBlock {
  readonly areas: { readonly area: ContinuationCopy; readonly offset: number }[]
  used: number
}

/**
 * The continuation areas of a directory, put into blocks together: an area lies in one block (SUSP 1.12 section 5.1).
 * The blocks follow the directory. They could lie anywhere, were it not for libarchive, which finds them only there.
 */
export class ContinuationBlocks {
  readonly #blocks: ContinuationBlock[] = []
  #first = 0

  constructor(directory: EditableDirectory) {
    for (const { continuations } of directory.records) for (const area of continuations) this.#add(area)
  }

  #add(area: ContinuationCopy): void {
    let block = this.#blocks.at(-1)
    if (!block || block.used + area.bytes.length > SECTOR_SIZE) {
      block = { areas: [], used: 0 }
      this.#blocks.push(block)
    }
    block.areas.push({ area, offset: block.used })
    block.used += area.bytes.length
  }

  /** Number of blocks. */
  get count(): number {
    return this.#blocks.length
  }

  /** @param first - first of the blocks, counted from the start of the image */
  place(first: number): void {
    this.#first = first
    this.#blocks.forEach(({ areas }, index) => {
      for (const { area } of areas) area.placed = first + index
    })
  }

  /** Fills in the CE entries. */
  pointToPlaces(blockOffset: number): void {
    this.#blocks.forEach(({ areas }, index) => {
      for (const { area, offset } of areas) {
        const numbers = [this.#first + index - blockOffset, offset, area.bytes.length]
        for (const [field, value] of numbers.entries()) setBothEndian32(area.entry, 4 + 8 * field, value)
      }
    })
  }

  patches(): Patch[] {
    return this.#blocks.map(({ areas }, index) => {
      const bytes = new Uint8Array(SECTOR_SIZE)
      for (const { area, offset } of areas) bytes.set(area.bytes, offset)
      return { offset: (this.#first + index) * SECTOR_SIZE, bytes }
    })
  }
}

/** Takes the continuation areas of a directory that moves along. */
export async function copyContinuations({ image }: TreeEditor, { records }: EditableDirectory): Promise<void> {
  for (const record of records) {
    const { located } = record
    if (!located || located.continuations.length === 0) continue
    const copies: ContinuationCopy[] = []
    let before = { bytes: record.bytes, base: located.position }
    const entries = located.systemUse.filter(({ signature }) => signature === 'CE')
    for (const [index, range] of located.continuations.entries()) {
      const entry = entries[index]
      if (!entry) break
      const start = entry.position - before.base
      const bytes = Uint8Array.from(await image.bytes(range, 'continuation area'))
      copies.push({ bytes, entry: before.bytes.subarray(start, start + CONTINUATION_ENTRY_SIZE), base: range.offset })
      before = { bytes, base: range.offset }
    }
    record.continuations = copies
  }
}

/** True when the directory has a new record whose continuation area has to follow the directory. */
export function hasNewContinuations({ records }: EditableDirectory): boolean {
  return records.some(({ located, continuations }) => located === undefined && continuations.length > 0)
}
