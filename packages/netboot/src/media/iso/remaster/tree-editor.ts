import { NameNumbers } from '../../name-numbers.js'
import { extentOfBlock } from '../read/directory-entries.js'
import type { DirectoryTree } from '../read/directory-tree.js'
import { damaged, type ImageMetadata } from '../read/image-metadata.js'
import { SECTOR_SIZE, sectorsOf } from '../structures/sector.js'
import { type EditableDirectory, insertRecords, loadDirectory, removeRecords } from './editable-directory.js'
import { type EditableRecord, hasMoreExtents, isEntry } from './editable-record.js'
import type { FileContent } from './file-content.js'
import type { BlockRange } from './free-space.js'
import { comparable, type IdentifierStyle, identifierStyle, likelySpellings, newIdentifier } from './identifiers.js'
import { wayToKeeper } from './keeper.js'
import type { NewEntry } from './new-entry.js'
import { newDirectory, newRecords } from './new-records.js'

/** Records of one entry, and the extent of a file in bytes of the image, by which other trees find the same file. */
export interface FoundEntry {
  readonly records: readonly EditableRecord[]
  readonly isDirectory: boolean
}

/** The start of a file's content: the same in all trees that show the file. */
export interface ContentStart {
  readonly offset: number
  readonly length: number
}

/**
 * Changes one directory tree, in memory. Directories are loaded when they are touched; where things come to lie is
 * decided later.
 */
export class TreeEditor {
  readonly image: ImageMetadata
  readonly tree: DirectoryTree
  /** Directories of the base that were loaded, by block. */
  readonly loaded = new Map<number, EditableDirectory>()
  readonly created: EditableDirectory[] = []
  /** Blocks of directories that are gone. */
  readonly removed = new Set<number>()
  /** Blocks of content and directories that are gone from this tree, counted from the start of the image. */
  readonly released: BlockRange[] = []
  readonly #numbers = new WeakMap<EditableDirectory, NameNumbers>()
  #style: IdentifierStyle | undefined

  constructor(image: ImageMetadata, tree: DirectoryTree) {
    this.image = image
    this.tree = tree
  }

  async root(): Promise<EditableDirectory> {
    return this.load(this.tree.root.block, this.tree.root.length)
  }

  /**
   * A directory of the base.
   *
   * @param length - bytes; default: what its "." says
   * @param parent - the directory that holds its record. Its ".." may lie: libisofs has Joliet's lead to itself
   */
  async load(block: number, length?: number, parent?: EditableDirectory): Promise<EditableDirectory> {
    const known = this.loaded.get(block)
    if (known) {
      known.parent ??= parent
      return known
    }
    const what = `directory at byte ${(this.tree.blockOffset + block) * SECTOR_SIZE}`
    const extent = length === undefined ? await extentOfBlock(this.image, this.tree, block, what) : { block, length }
    const directory = await loadDirectory(this.image, this.tree, extent, what)
    directory.parent = parent
    this.loaded.set(block, directory)
    return directory
  }

  /**
   * The entry of a name. In a tree without Rock Ridge the name may be spelt in several ways, and the content tells.
   */
  find(directory: EditableDirectory, name: string, isDirectory: boolean, start?: ContentStart): FoundEntry | undefined {
    const entries = directory.records.filter((record) => isEntry(record) && !record.located?.rockRidge?.relocated)
    let found = entries.find((record) => record.name === name)
    if (!found && this.tree.kind !== 'rock-ridge') {
      const alike = likelySpellings(this.tree, name, isDirectory)
      found =
        entries.find((record) => start !== undefined && startsAt(this.tree, record, start)) ??
        entries.find(
          (record) => record.isDirectory === isDirectory && alike.includes(comparable(this.tree, record.identifier)),
        )
    }
    return found && { records: allExtents(directory, found), isDirectory: found.isDirectory }
  }

  /** The directory that an entry of a directory stands for. */
  async descend(directory: EditableDirectory, entry: FoundEntry): Promise<EditableDirectory> {
    const [record] = entry.records
    if (record?.directory) return record.directory
    const located = record?.located
    if (!located) throw damaged(this.image.source, 'directory record: a place in the image expected, none found')
    const link = located.rockRidge?.childLink
    if (link !== undefined) return this.load(link)
    const { extent, extendedAttributeLength, dataLength } = located.record
    return this.load(extent + extendedAttributeLength, dataLength, directory)
  }

  async add(
    directory: EditableDirectory,
    name: string,
    entry: NewEntry,
    content: FileContent | undefined,
    defaultDate: Date,
  ): Promise<EditableDirectory | undefined> {
    const taken = new Set(directory.records.filter(isEntry).map((record) => comparable(this.tree, record.identifier)))
    const style = await this.#identifierStyle()
    const numbers = this.#numbers.get(directory) ?? new NameNumbers()
    this.#numbers.set(directory, numbers)
    const identifier = newIdentifier(this.tree, style, name, entry.type === 'directory', taken, numbers)
    const child =
      entry.type === 'directory'
        ? newDirectory(this.tree, directory, entry, entry.modifiedAt ?? defaultDate)
        : undefined
    if (child) this.created.push(child)
    insertRecords(directory, newRecords(this.tree, { name, identifier, entry, content, child, defaultDate }))
    return child
  }

  /** Takes an entry out, with all that is below it. */
  async remove(directory: EditableDirectory, entry: FoundEntry): Promise<void> {
    if (entry.isDirectory) await this.#forget(await this.descend(directory, entry), new Set())
    removeRecords(directory, entry.records)
    for (const record of entry.records) {
      if (!record.isDirectory) this.#releaseContent(record)
      await this.#removeRelocated(record)
    }
  }

  #releaseContent({ located }: EditableRecord): void {
    if (located)
      this.#release(located.record.extent + located.record.extendedAttributeLength, located.record.dataLength)
  }

  #release(block: number, length: number): void {
    const start = this.tree.blockOffset + block
    this.released.push({ start, end: start + sectorsOf(length) })
  }

  /** Notes that a directory and those below it are gone. */
  async #forget(directory: EditableDirectory, way: Set<EditableDirectory>): Promise<void> {
    if (way.has(directory)) {
      throw damaged(this.image.source, `directory at block ${directory.base?.block}: it contains itself`)
    }
    way.add(directory)
    if (directory.base) {
      this.removed.add(directory.base.block)
      this.#release(directory.base.block, directory.base.length)
    }
    const created = this.created.indexOf(directory)
    if (created >= 0) this.created.splice(created, 1)
    for (const record of directory.records) {
      if (!isEntry(record) || record.located?.rockRidge?.relocated) continue
      if (!record.isDirectory) {
        this.#releaseContent(record)
        continue
      }
      await this.#forget(await this.descend(directory, { records: [record], isDirectory: true }), way)
      await this.#removeRelocated(record)
    }
  }

  /** A relocated directory has a second record, where it is kept. */
  async #removeRelocated({ located }: EditableRecord): Promise<void> {
    const block = located?.rockRidge?.childLink
    if (block === undefined) return
    const keeper = await this.keeperOf(await this.load(block))
    const kept = keeper?.records.find((record) => isEntry(record) && record.located?.record.extent === block)
    if (keeper && kept) removeRecords(keeper, [kept])
  }

  /**
   * The directory that holds the record of a directory; that of a relocated one has to be looked for. A directory that
   * an earlier session relocated may have none.
   */
  async keeperOf(directory: EditableDirectory): Promise<EditableDirectory | undefined> {
    if (directory.parent) return directory.parent
    const way = directory.base && (await wayToKeeper(this.image, this.tree, directory.base.block))
    if (!way) return undefined
    let keeper = await this.root()
    for (const { block: next, length } of way) keeper = await this.load(next, length, keeper)
    directory.parent = keeper
    return keeper
  }

  async #identifierStyle(): Promise<IdentifierStyle> {
    if (!this.#style) {
      const entries = (await this.root()).records.filter((record) => record.located?.role === 'entry')
      const [directories, files] = [true, false].map((wanted) =>
        entries.filter(({ isDirectory }) => isDirectory === wanted).map(({ identifier }) => identifier),
      )
      this.#style = identifierStyle(this.tree, files ?? [], directories ?? [])
    }
    return this.#style
  }
}

function startsAt(tree: DirectoryTree, { located, isDirectory }: EditableRecord, start: ContentStart): boolean {
  if (!located || isDirectory || start.length === 0) return false
  const { extent, extendedAttributeLength, dataLength } = located.record
  const block = tree.blockOffset + extent + extendedAttributeLength
  return block * SECTOR_SIZE === start.offset && dataLength === start.length
}

/** A file of several extents has a record for each, one after the other. */
function allExtents(directory: EditableDirectory, first: EditableRecord): EditableRecord[] {
  const records = [first]
  let index = directory.records.indexOf(first)
  for (let record = first; hasMoreExtents(record); ) {
    const next = directory.records[++index]
    if (!next) break
    records.push(next)
    record = next
  }
  return records
}
