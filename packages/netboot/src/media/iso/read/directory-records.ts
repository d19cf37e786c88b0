import type { ReadOptions } from '../../../bytes/byte-source.js'
import {
  type DirectoryRecord,
  decodeDirectoryRecord,
  PARENT_IDENTIFIER,
  SELF_IDENTIFIER,
} from '../structures/directory-record.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import type { DirectoryExtent, DirectoryTree } from './directory-tree.js'
import { type ByteRange, blockRange, checkInside, damaged, type ImageMetadata } from './image-metadata.js'
import { type RockRidgeAttributes, rockRidgeAttributes } from './rock-ridge.js'
import { type LocatedSystemUseEntry, readSystemUse } from './system-use-area.js'

/** A million files of one directory fit; more is taken for damage, so that memory stays bounded. */
const MAX_DIRECTORY_BYTES = 128 * 1024 * 1024

/** A directory record as it stands in the image. */
export interface LocatedRecord {
  readonly record: DirectoryRecord
  /** The record's bytes. */
  readonly bytes: Uint8Array
  /** Where it lies in the image. */
  readonly position: number
  /** 'self' is ".", 'parent' is "..". */
  readonly role: 'self' | 'parent' | 'entry'
  /** `undefined` outside of Rock Ridge trees. */
  readonly rockRidge: RockRidgeAttributes | undefined
  /** The entries of the system use area; none outside of Rock Ridge trees. */
  readonly systemUse: readonly LocatedSystemUseEntry[]
  /** Where the record's continuation areas lie in the image. */
  readonly continuations: readonly ByteRange[]
}

/**
 * The records of a directory, one after the other. Memory does not grow with the directory.
 *
 * @param what - the directory, for error messages
 * @throws KairosError `iso/damaged`
 */
export async function* directoryRecords(
  image: ImageMetadata,
  tree: DirectoryTree,
  extent: DirectoryExtent,
  what: string,
  options?: ReadOptions,
): AsyncGenerator<LocatedRecord> {
  const range = blockRange(tree.blockOffset + extent.block, extent.length)
  checkInside(image.source, range, what)
  if (extent.length > MAX_DIRECTORY_BYTES) {
    const limit = `at most ${MAX_DIRECTORY_BYTES} bytes expected`
    throw damaged(image.source, `${what} at byte ${range.offset}: ${limit}, ${extent.length} found`)
  }
  let index = 0
  for (let start = 0; start < extent.length; start += SECTOR_SIZE) {
    const position = range.offset + start
    const size = Math.min(SECTOR_SIZE, extent.length - start)
    const sector = await image.bytes({ offset: position, length: size }, what, options)
    // A length of zero: the next record did not fit and stands at the start of the next sector.
    for (let at = 0; at < size && sector[at] !== 0; index++) {
      const { record, length } = decodeDirectoryRecord(sector.subarray(at), position + at)
      const bytes = sector.subarray(at, at + length)
      yield await locatedRecord(image, tree, record, bytes, position + at, index, options)
      at += length
    }
  }
}

async function locatedRecord(
  image: ImageMetadata,
  tree: DirectoryTree,
  record: DirectoryRecord,
  bytes: Uint8Array,
  position: number,
  index: number,
  options?: ReadOptions,
): Promise<LocatedRecord> {
  const role = roleOf(record, index)
  if (tree.kind !== 'rock-ridge') {
    return { record, bytes, position, role, rockRidge: undefined, systemUse: [], continuations: [] }
  }
  // SP stands in front of everything in the root's ".", so that there is nothing to skip there but CD-ROM XA's bytes.
  const area = record.systemUse.subarray(tree.systemUseSkip)
  const at = position + bytes.length - area.length
  const { entries, continuations } = await readSystemUse(image, area, at, tree.blockOffset, options)
  const rockRidge = rockRidgeAttributes(entries, position)
  return { record, bytes, position, role, rockRidge, systemUse: entries, continuations }
}

function roleOf({ identifier }: DirectoryRecord, index: number): LocatedRecord['role'] {
  if (identifier.length !== 1 || index > 1) return 'entry'
  if (index === 0 && identifier[0] === SELF_IDENTIFIER) return 'self'
  if (index === 1 && identifier[0] === PARENT_IDENTIFIER) return 'parent'
  return 'entry'
}
