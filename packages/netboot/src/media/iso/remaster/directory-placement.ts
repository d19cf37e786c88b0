import { damaged } from '../read/image-metadata.js'
import { sectorsOf } from '../structures/sector.js'
import { ContinuationBlocks, copyContinuations, hasNewContinuations } from './continuation-blocks.js'
import { type EditableDirectory, packedLength } from './editable-directory.js'
import { isEntry } from './editable-record.js'
import type { BlockAllocator } from './free-space.js'
import { inlineContinuations } from './inline-continuations.js'
import type { TreeEditor } from './tree-editor.js'

/**
 * Finds places for the directories of a tree that are new or need more room. A directory lies behind its parent: Linux
 * does not care, but libarchive (bsdtar, and what is built on it) ignores directories that come before theirs. So a
 * directory that moves behind the ones in it takes them along.
 */
export class DirectoryPlacement {
  /** Directories with a place, moved or not. */
  readonly placed: EditableDirectory[] = []
  /** Of the directories that moved. */
  readonly continuations: ContinuationBlocks[] = []
  /** The first block behind a directory that moved and its continuation areas. */
  readonly #ends = new Map<EditableDirectory, number>()
  readonly #editor: TreeEditor
  readonly #allocator: BlockAllocator
  readonly #rootNotBefore: number
  readonly #settled = new Set<EditableDirectory>()

  /** @param rootNotBefore - the first block that will do for the root, counted from the start of the image */
  constructor(editor: TreeEditor, allocator: BlockAllocator, rootNotBefore: number) {
    this.#editor = editor
    this.#allocator = allocator
    this.#rootNotBefore = rootNotBefore
  }

  /** @returns false when there is no room */
  async placeAll(): Promise<boolean> {
    const { loaded, created, removed } = this.#editor
    const changed = [...loaded.values()].filter(
      ({ base, rearranged }) => rearranged && base && !removed.has(base.block),
    )
    for (const directory of [...loaded.values(), ...created]) directory.placed = undefined
    const { root, blockOffset } = this.#editor.tree
    if (blockOffset + root.block < this.#rootNotBefore) changed.push(await this.#editor.root())
    for (const directory of [...changed, ...created]) if (!(await this.#settle(directory))) return false
    return true
  }

  /** @param below - the directories that wait for this one: its way down */
  async #settle(directory: EditableDirectory, below = new Set<EditableDirectory>()): Promise<boolean> {
    if (this.#settled.has(directory)) return true
    const { base } = directory
    if (below.has(directory)) {
      throw damaged(this.#editor.image.source, `directory at block ${base?.block}: it is kept inside of itself`)
    }
    const parent = await this.#parentOf(directory)
    if (parent && !(await this.#settle(parent, below.add(directory)))) return false
    // A parent that moved may have taken it along.
    if (this.#settled.has(directory)) return true
    this.#settled.add(directory)
    const notBefore = parent ? this.#endOf(parent) : this.#rootNotBefore - this.#editor.tree.blockOffset
    const parentMoved = parent ? parent.placed !== undefined && parent.placed !== parent.base : true
    const left = parentMoved && (base?.block ?? 0) < notBefore
    const length = packedLength(directory.records)
    if (base && length <= base.length && !left && !hasNewContinuations(directory)) {
      if (directory.rearranged) this.#place(directory, base)
      return true
    }
    return this.#move(directory, notBefore)
  }

  async #move(directory: EditableDirectory, notBefore: number): Promise<boolean> {
    const { blockOffset } = this.#editor.tree
    inlineContinuations(this.#editor.tree, directory)
    const length = Math.max(packedLength(directory.records), directory.base?.length ?? 0)
    const children = this.#childBlocks(directory)
    const firstChild = children.reduce((first, block) => Math.min(first, block), Number.POSITIVE_INFINITY)
    const sectors = sectorsOf(length)
    await copyContinuations(this.#editor, directory)
    const continuations = new ContinuationBlocks(directory)
    const count = sectors + continuations.count
    const start = blockOffset + notBefore
    const block = this.#allocator.take(count, start, blockOffset + firstChild) ?? this.#allocator.take(count, start)
    if (block === undefined) return false
    this.#place(directory, { block: block - blockOffset, length })
    continuations.place(block + sectors)
    this.continuations.push(continuations)
    const end = block - blockOffset + count
    this.#ends.set(directory, end)
    for (const child of children) {
      if (child >= end) continue
      if (!(await this.#settle(await this.#editor.load(child, undefined, directory)))) return false
    }
    return true
  }

  /** Blocks of the directories of the base whose records are kept in a directory. */
  #childBlocks({ records }: EditableDirectory): number[] {
    return records.flatMap((record) => {
      const { located, isDirectory } = record
      if (!isEntry(record) || !isDirectory || !located || located.rockRidge?.childLink !== undefined) return []
      return [located.record.extent + located.record.extendedAttributeLength]
    })
  }

  #place(directory: EditableDirectory, place: NonNullable<EditableDirectory['placed']>): void {
    directory.placed = place
    this.placed.push(directory)
  }

  #endOf(directory: EditableDirectory): number {
    const extent = directory.placed ?? directory.base
    return this.#ends.get(directory) ?? (extent ? extent.block + sectorsOf(extent.length) : 0)
  }

  async #parentOf(directory: EditableDirectory): Promise<EditableDirectory | undefined> {
    if (directory.base?.block === this.#editor.tree.root.block) return undefined
    return directory.parent ?? this.#editor.keeperOf(directory)
  }
}
