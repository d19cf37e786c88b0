import {
  directoryRecordSize,
  encodeDirectoryRecord,
  FileFlag,
  PARENT_IDENTIFIER,
  SELF_IDENTIFIER,
} from '../structures/directory-record.js'
import { encodePathTable, type PathTableRecord } from '../structures/path-table.js'
import { SECTOR_SIZE, sectorsOf } from '../structures/sector.js'
import type { FileExtents } from './file-extents.js'
import type { Identify } from './identifiers.js'
import type { DirectoryNode, IsoNode } from './node.js'
import { rockRidgeOf, rockRidgeOfDot } from './rock-ridge.js'
import { ContinuationBlocks, inlineSize, NO_SYSTEM_USE, planSystemUse, type SystemUsePlan } from './system-use.js'

/** The most bytes that a directory record can have; its length byte is even. */
const MAX_RECORD = 254

interface TreeDirectory {
  readonly node: DirectoryNode
  readonly identifier: Uint8Array
  readonly parent: TreeDirectory | undefined
  /** Place in the path table, counted from 1. */
  readonly number: number
  readonly records: readonly PlannedRecord[]
  readonly sectors: number
  /** First sector relative to the first directory. */
  readonly place: number
}

interface PlannedRecord {
  readonly target: IsoNode
  readonly identifier: Uint8Array
  readonly systemUse: SystemUsePlan
  /** Which of a file's extents. */
  readonly part: number
}

/**
 * One directory tree of an image, primary or Joliet: its directories in the order of the path table, with everything
 * known but where it will lie.
 */
export class DirectoryTree {
  readonly #directories: TreeDirectory[] = []
  readonly #byNode = new Map<DirectoryNode, TreeDirectory>()
  readonly #continuation = new ContinuationBlocks()
  readonly #files: FileExtents
  readonly #rockRidge: boolean
  readonly #directorySectors: number
  /** Bytes of a path table. */
  readonly pathTableSize: number

  constructor(root: DirectoryNode, files: FileExtents, identify: Identify, rockRidge: boolean) {
    this.#files = files
    this.#rockRidge = rockRidge
    let place = 0
    const queue: { node: DirectoryNode; identifier: Uint8Array; parent: TreeDirectory | undefined }[] = [
      { node: root, identifier: Uint8Array.of(SELF_IDENTIFIER), parent: undefined },
    ]
    // Breadth first, children by identifier: the order of a path table (ECMA-119 section 6.9.1).
    for (let at = queue.shift(); at; at = queue.shift()) {
      const names = [...identify(at.node.children)].sort(([, a], [, b]) => Buffer.compare(a, b))
      const records = this.#plan(at.node, at.parent?.node ?? at.node, names, at.parent === undefined)
      const sectors = sectorsOfRecords(records)
      const directory = { ...at, number: this.#directories.length + 1, records, sectors, place }
      place += sectors
      this.#directories.push(directory)
      this.#byNode.set(at.node, directory)
      for (const [node, identifier] of names) {
        if (node.type === 'directory') queue.push({ node, identifier, parent: directory })
      }
    }
    this.#directorySectors = place
    this.pathTableSize = encodePathTable(this.#pathTable(0), 'little').length
  }

  /** Sectors of all directories and their continuation areas. */
  get sectors(): number {
    return this.#directorySectors + this.#continuation.blocks
  }

  /** Sectors of the root directory. */
  get rootSectors(): number {
    return this.#directories[0]?.sectors ?? 0
  }

  encodePathTable(order: 'little' | 'big', firstSector: number): Uint8Array {
    return encodePathTable(this.#pathTable(firstSector), order)
  }

  /** All directories and continuation areas, to be put at `firstSector`. */
  encode(firstSector: number): Uint8Array {
    const bytes = new Uint8Array(this.sectors * SECTOR_SIZE)
    const continuationSector = firstSector + this.#directorySectors
    for (const directory of this.#directories) {
      let at = directory.place * SECTOR_SIZE
      for (const record of directory.records) {
        const encoded = this.#encodeRecord(record, firstSector, continuationSector)
        const left = SECTOR_SIZE - (at % SECTOR_SIZE)
        if (encoded.length > left) at += left
        bytes.set(encoded, at)
        at += encoded.length
      }
    }
    bytes.set(this.#continuation.encodeBlocks(continuationSector), this.#directorySectors * SECTOR_SIZE)
    return bytes
  }

  #pathTable(firstSector: number): PathTableRecord[] {
    return this.#directories.map(({ identifier, parent, place }) => ({
      extendedAttributeLength: 0,
      extent: firstSector + place,
      parent: parent?.number ?? 1,
      identifier,
    }))
  }

  #plan(
    node: DirectoryNode,
    parent: DirectoryNode,
    names: readonly (readonly [IsoNode, Uint8Array])[],
    root: boolean,
  ): PlannedRecord[] {
    const record = (target: IsoNode, identifier: Uint8Array, entries: () => Uint8Array[], part = 0) => {
      const room = MAX_RECORD - directoryRecordSize(identifier.length, 0)
      const systemUse = this.#rockRidge ? planSystemUse(entries(), room) : NO_SYSTEM_USE
      this.#continuation.reserve(systemUse)
      return { target, identifier, systemUse, part }
    }
    return [
      record(node, Uint8Array.of(SELF_IDENTIFIER), () => rockRidgeOfDot(node, root)),
      record(parent, Uint8Array.of(PARENT_IDENTIFIER), () => rockRidgeOfDot(parent, false)),
      ...names.flatMap(([child, identifier]) => {
        const parts = child.type === 'file' ? this.#files.partsOf(child).length : 1
        return Array.from({ length: parts }, (_, part) => record(child, identifier, () => rockRidgeOf(child), part))
      }),
    ]
  }

  #encodeRecord(record: PlannedRecord, firstSector: number, continuationSector: number): Uint8Array {
    const { target, identifier, part } = record
    const directory = target.type === 'directory' ? this.#byNode.get(target) : undefined
    const parts = target.type === 'file' ? this.#files.partsOf(target) : []
    const [extent, dataLength] = directory
      ? [firstSector + directory.place, directory.sectors * SECTOR_SIZE]
      : [parts[part]?.sector ?? 0, parts[part]?.length ?? 0]
    return encodeDirectoryRecord({
      extendedAttributeLength: 0,
      extent,
      dataLength,
      recordedAt: target.mtime,
      flags: (directory ? FileFlag.directory : 0) | (part < parts.length - 1 ? FileFlag.multiExtent : 0),
      fileUnitSize: 0,
      interleaveGap: 0,
      volumeSequenceNumber: 1,
      identifier,
      systemUse: this.#continuation.encodeInline(record.systemUse, continuationSector),
    })
  }
}

/** Records do not cross the end of a sector (ECMA-119 section 6.8.1.1). */
function sectorsOfRecords(records: readonly PlannedRecord[]): number {
  let at = 0
  for (const { identifier, systemUse } of records) {
    const size = directoryRecordSize(identifier.length, inlineSize(systemUse))
    const left = SECTOR_SIZE - (at % SECTOR_SIZE)
    if (size > left) at += left
    at += size
  }
  return sectorsOf(at)
}
