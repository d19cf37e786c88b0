import { directoryRecords, type LocatedRecord } from '../read/directory-records.js'
import type { DirectoryExtent, DirectoryTree } from '../read/directory-tree.js'
import { entryName } from '../read/entry-name.js'
import type { ImageMetadata } from '../read/image-metadata.js'
import { FileFlag } from '../structures/directory-record.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import { type EditableRecord, isEntry } from './editable-record.js'

/** A directory that can be changed. */
export interface EditableDirectory {
  /** Where it lies in the base, counted from the tree's block offset; `undefined` for a new one. */
  readonly base: DirectoryExtent | undefined
  /** "." and ".." first. */
  readonly records: EditableRecord[]
  /** The directory that holds its record, if it was reached from there. Of a new one: its parent. */
  parent: EditableDirectory | undefined
  /** Number of directories in it that came, less those that went. */
  addedDirectories: number
  /** Records came or went: it may need more room. */
  rearranged: boolean
  /** Bytes changed: it has to be written. */
  touched: boolean
  /** Where it lies in the result; known once it is placed. */
  placed: DirectoryExtent | undefined
}

export async function loadDirectory(
  image: ImageMetadata,
  tree: DirectoryTree,
  extent: DirectoryExtent,
  what: string,
): Promise<EditableDirectory> {
  const records: EditableRecord[] = []
  for await (const located of directoryRecords(image, tree, extent, what)) records.push(editable(tree, located))
  return {
    base: extent,
    records,
    parent: undefined,
    addedDirectories: 0,
    rearranged: false,
    touched: false,
    placed: undefined,
  }
}

function editable(tree: DirectoryTree, located: LocatedRecord): EditableRecord {
  const { record, rockRidge } = located
  return {
    bytes: Uint8Array.from(located.bytes),
    identifier: record.identifier,
    name: located.role === 'entry' ? entryName(tree, located) : '',
    isDirectory: (record.flags & FileFlag.directory) !== 0 || rockRidge?.childLink !== undefined,
    located,
    continuations: [],
  }
}

/** Bytes that the records take up: none lies across the end of a sector (ECMA-119 section 6.8.1.1). */
export function packedLength(records: readonly EditableRecord[]): number {
  let at = 0
  for (const { bytes } of records) {
    const left = SECTOR_SIZE - (at % SECTOR_SIZE)
    at += (bytes.length > left ? left : 0) + bytes.length
  }
  return Math.ceil(at / SECTOR_SIZE) * SECTOR_SIZE
}

/** The bytes of the directory, filled with zeros to `length`. */
export function packDirectory(records: readonly EditableRecord[], length: number): Uint8Array {
  const packed = new Uint8Array(length)
  let at = 0
  for (const { bytes } of records) {
    const left = SECTOR_SIZE - (at % SECTOR_SIZE)
    if (bytes.length > left) at += left
    packed.set(bytes, at)
    at += bytes.length
  }
  return packed
}

/** Puts records of one entry where the order of identifiers wants them (ECMA-119 section 9.3). */
export function insertRecords(directory: EditableDirectory, added: readonly EditableRecord[]): void {
  const identifier = added[0]?.identifier
  if (!identifier) return
  const index = directory.records.findIndex(
    (record) => isEntry(record) && Buffer.compare(record.identifier, identifier) > 0,
  )
  directory.records.splice(index < 0 ? directory.records.length : index, 0, ...added)
  directory.rearranged = true
  directory.touched = true
  if (added[0]?.isDirectory) directory.addedDirectories++
}

export function removeRecords(directory: EditableDirectory, removed: readonly EditableRecord[]): void {
  const gone = new Set(removed)
  const kept = directory.records.filter((record) => !gone.has(record))
  directory.records.splice(0, directory.records.length, ...kept)
  directory.rearranged = true
  directory.touched = true
  if (removed[0]?.isDirectory) directory.addedDirectories--
}
