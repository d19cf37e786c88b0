import { type DirectoryIndex, MAX_INDEXES } from '../structures/directory-index.js'
import {
  DIRECTORY_ENTRY_SIZE,
  DIRECTORY_HEADER_SIZE,
  encodeDirectoryHeader,
  encodeDirectoryRecord,
  MAX_ENTRIES_PER_HEADER,
} from '../structures/directory-listing.js'
import { METADATA_SIZE } from '../structures/metadata-header.js'
import { decodeReference, type MetadataPosition } from '../structures/metadata-reference.js'
import type { MetadataWriter } from './metadata-writer.js'

export interface ListedInode {
  readonly name: Uint8Array
  /** Basic inode type. */
  readonly type: number
  readonly number: number
  /** Inode reference. */
  readonly reference: number
}

export interface Listing {
  readonly position: MetadataPosition
  /** Bytes, uncompressed. */
  readonly size: number
  readonly indexes: readonly DirectoryIndex[]
}

/**
 * Writes the listing of a directory.
 *
 * @param entries - sorted by the bytes of their names
 */
export function writeListing(writer: MetadataWriter, entries: readonly ListedInode[]): Listing {
  const position = writer.position
  const indexes: DirectoryIndex[] = []
  let size = 0
  let indexed = 0
  for (let from = 0; from < entries.length; ) {
    const run = nextRun(entries, from)
    const [first] = run
    // One index entry for each metadata block's worth of listing: the kernel then reads one or two blocks for a name.
    if (first && size - indexed >= METADATA_SIZE && indexes.length < MAX_INDEXES) {
      indexes.push({ offset: size, block: writer.position.block, name: first.name })
      indexed = size
    }
    size += writeRun(writer, run)
    from += run.length
  }
  return { position, size, indexes }
}

/** Entries that can share a header: few enough, inodes in one metadata block, inode numbers close together. */
function nextRun(entries: readonly ListedInode[], from: number): readonly ListedInode[] {
  const first = entries[from]
  if (!first) return []
  const { block } = decodeReference(first.reference)
  let to = from + 1
  for (; to < entries.length && to - from < MAX_ENTRIES_PER_HEADER; to++) {
    const entry = entries[to]
    if (!entry || decodeReference(entry.reference).block !== block) break
    const difference = entry.number - first.number
    if (difference < -32768 || difference > 32767) break
  }
  return entries.slice(from, to)
}

function writeRun(writer: MetadataWriter, run: readonly ListedInode[]): number {
  const [first] = run
  if (!first) return 0
  const { block } = decodeReference(first.reference)
  writer.append(encodeDirectoryHeader({ count: run.length, block, number: first.number }))
  let size = DIRECTORY_HEADER_SIZE
  for (const { name, type, number, reference } of run) {
    const { offset } = decodeReference(reference)
    writer.append(encodeDirectoryRecord({ offset, difference: number - first.number, type, nameSize: name.length }))
    writer.append(name)
    size += DIRECTORY_ENTRY_SIZE + name.length
  }
  return size
}
