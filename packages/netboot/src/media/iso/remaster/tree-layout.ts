import type { DescriptorSet } from '../read/descriptor-set.js'
import { encodePathTable, type PathTableRecord } from '../structures/path-table.js'
import { VolumeDescriptorOffset } from '../structures/primary-volume-descriptor.js'
import { SECTOR_SIZE, sectorsOf } from '../structures/sector.js'
import type { ContinuationBlocks } from './continuation-blocks.js'
import { DirectoryPlacement } from './directory-placement.js'
import { type EditableDirectory, packDirectory } from './editable-directory.js'
import { setBothEndian32 } from './editable-record.js'
import type { BlockAllocator } from './free-space.js'
import type { Patch } from './grow-partitions.js'
import { editPathTable, type PathTable } from './path-table-editor.js'
import { pointToPlaces } from './pointers.js'
import type { TreeEditor } from './tree-editor.js'

interface TableCopy {
  readonly order: 'little' | 'big'
  /** Blocks of the descriptors, and the field in them, that lead to this copy. */
  readonly fields: { readonly descriptorBlock: number; readonly offset: number }[]
  readonly base: number
  placed: number
}

/** Where the changed parts of one tree come to lie, and the patches that follow from it. */
export class TreeLayout {
  readonly editor: TreeEditor
  readonly #set: DescriptorSet
  #directories: readonly EditableDirectory[] = []
  #table: PathTable | undefined
  #copies: readonly TableCopy[] = []
  #continuations: readonly ContinuationBlocks[] = []

  constructor(editor: TreeEditor, set: DescriptorSet) {
    this.editor = editor
    this.#set = set
  }

  /**
   * Finds a place for everything of the tree. May be called again with another allocator.
   *
   * @param rootNotBefore - the first block that will do for the root, counted from the start of the image
   * @returns false when there is no room
   */
  async place(allocator: BlockAllocator, rootNotBefore = 0): Promise<boolean> {
    const placement = new DirectoryPlacement(this.editor, allocator, rootNotBefore)
    if (!(await placement.placeAll())) return false
    this.#directories = placement.placed
    this.#continuations = placement.continuations
    return this.#placeTables(allocator)
  }

  async #placeTables(allocator: BlockAllocator): Promise<boolean> {
    const { image, tree } = this.editor
    const descriptors = [this.#set.primary, ...this.#set.supplementary].filter(({ block }) =>
      tree.descriptorBlocks.includes(block),
    )
    const [first] = descriptors
    if (!first || first.descriptor.pathTableSize === 0) return true
    const table = await editPathTable(image, this.editor, first)
    const copies = new Map<number, TableCopy>()
    for (const { block, descriptor } of descriptors) {
      const fields = [
        { order: 'little', at: descriptor.pathTableL, offset: VolumeDescriptorOffset.pathTableL },
        { order: 'little', at: descriptor.optionalPathTableL, offset: VolumeDescriptorOffset.optionalPathTableL },
        { order: 'big', at: descriptor.pathTableM, offset: VolumeDescriptorOffset.pathTableM },
        { order: 'big', at: descriptor.optionalPathTableM, offset: VolumeDescriptorOffset.optionalPathTableM },
      ] as const
      for (const { order, at, offset } of fields) {
        if (at === 0) continue
        const copy = copies.get(at) ?? { order, fields: [], base: at, placed: at }
        copy.fields.push({ descriptorBlock: block, offset })
        copies.set(at, copy)
      }
    }
    this.#table = table
    this.#copies = [...copies.values()]
    if (sectorsOf(table.size) <= sectorsOf(first.descriptor.pathTableSize)) return true
    for (const copy of this.#copies) {
      const block = allocator.take(sectorsOf(table.size))
      if (block === undefined) return false
      copy.placed = block - tree.blockOffset
    }
    return true
  }

  /** The block of the root, counted from the start of the image; its new one once that is placed. */
  get rootBlock(): number {
    const { tree, loaded } = this.editor
    return tree.blockOffset + (loaded.get(tree.root.block)?.placed ?? tree.root).block
  }

  /** All patches of the tree but those of volume space sizes, once everything has its place. */
  async patches(): Promise<Patch[]> {
    const { tree, loaded, created, removed } = this.editor
    const patches: Patch[] = await pointToPlaces(this.editor, this.#directories)
    for (const blocks of this.#continuations) blocks.pointToPlaces(tree.blockOffset)
    const position = (block: number) => (tree.blockOffset + block) * SECTOR_SIZE
    for (const directory of [...loaded.values(), ...created]) {
      const extent = directory.placed ?? directory.base
      const gone = directory.base && removed.has(directory.base.block)
      if (!directory.touched || !extent || gone) continue
      const length = sectorsOf(extent.length) * SECTOR_SIZE
      patches.push({ offset: position(extent.block), bytes: packDirectory(directory.records, length) })
    }
    patches.push(
      ...this.#continuations.flatMap((blocks) => blocks.patches()),
      ...this.#tablePatches(),
      ...this.#rootPatches(),
    )
    return patches
  }

  #tablePatches(): Patch[] {
    const table = this.#table
    if (!table) return []
    const { blockOffset } = this.editor.tree
    const records: readonly PathTableRecord[] = table.records()
    return this.#copies.flatMap(({ order, fields, base, placed }) => {
      const bytes = new Uint8Array(sectorsOf(table.size) * SECTOR_SIZE)
      bytes.set(encodePathTable(records, order))
      const patches: Patch[] = [{ offset: (blockOffset + placed) * SECTOR_SIZE, bytes }]
      for (const { descriptorBlock, offset } of fields) {
        const start = descriptorBlock * SECTOR_SIZE
        const size = new Uint8Array(8)
        setBothEndian32(size, 0, table.size)
        patches.push({ offset: start + VolumeDescriptorOffset.pathTableSize, bytes: size })
        const location = new Uint8Array(4)
        new DataView(location.buffer).setUint32(0, placed, order === 'little')
        if (placed !== base) patches.push({ offset: start + offset, bytes: location })
      }
      return patches
    })
  }

  #rootPatches(): Patch[] {
    const { tree, loaded } = this.editor
    const placed = loaded.get(tree.root.block)?.placed
    if (!placed || (placed.block === tree.root.block && placed.length === tree.root.length)) return []
    return tree.descriptorBlocks.map((block) => {
      // Extended attribute record length, location and data length, as at the start of every directory record.
      const bytes = new Uint8Array(17)
      setBothEndian32(bytes, 1, placed.block)
      setBothEndian32(bytes, 9, placed.length)
      return { offset: block * SECTOR_SIZE + VolumeDescriptorOffset.root + 1, bytes }
    })
  }
}
