import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../../bytes/byte-source.js'
import type { EntryExtent, EntryType, IsoEntry } from '../entry.js'
import { decodeDirectoryRecord, FileFlag } from '../structures/directory-record.js'
import { FileType } from '../structures/rock-ridge/posix-attributes.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import { directoryRecords, type LocatedRecord } from './directory-records.js'
import type { DirectoryExtent, DirectoryTree } from './directory-tree.js'
import { entryName, textOf } from './entry-name.js'
import { blockRange, damaged, type ImageMetadata } from './image-metadata.js'

/** An entry with the records that make it. */
export interface TreeEntry extends IsoEntry {
  /** One record, or several for a file of several extents. */
  readonly records: readonly LocatedRecord[]
  /** The extent of a directory, also of one that is kept elsewhere. */
  readonly directory: DirectoryExtent | undefined
}

/**
 * The entries of a directory, without "." and ".." and without directories that are only kept here.
 *
 * @param path - path of the directory
 * @throws KairosError `iso/damaged`
 */
export async function* directoryEntries(
  image: ImageMetadata,
  tree: DirectoryTree,
  extent: DirectoryExtent,
  path: string,
  options?: ReadOptions,
): AsyncGenerator<TreeEntry> {
  let open: LocatedRecord[] = []
  for await (const found of directoryRecords(image, tree, extent, `directory ${path}`, options)) {
    if (found.role !== 'entry' || found.rockRidge?.relocated) continue
    if (found.record.flags & FileFlag.associated) continue
    open.push(found)
    if (found.record.flags & FileFlag.multiExtent) continue
    yield await treeEntry(image, tree, open, path, options)
    open = []
  }
  if (open[0]) {
    throw damaged(image.source, `directory ${path}: a last extent for the file at byte ${open[0].position} expected`)
  }
}

async function treeEntry(
  image: ImageMetadata,
  tree: DirectoryTree,
  records: readonly LocatedRecord[],
  parent: string,
  options?: ReadOptions,
): Promise<TreeEntry> {
  const first = records[0]
  if (!first) throw new KairosError('internal', 'directory entry: a record expected, none found.')
  const { record, rockRidge } = first
  const name = entryName(tree, first)
  const path = parent === '/' ? `/${name}` : `${parent}/${name}`
  const directory = await directoryExtent(image, tree, first, path, options)
  const type = directory ? 'directory' : typeOf(rockRidge?.posix?.mode)
  const extents = records.map(({ record: { extent, extendedAttributeLength, dataLength } }): EntryExtent => {
    const block = tree.blockOffset + extent + extendedAttributeLength
    return { offset: block * SECTOR_SIZE, length: dataLength }
  })
  return {
    path,
    name,
    type,
    size: type === 'file' ? extents.reduce((sum, extent) => sum + extent.length, 0) : 0,
    mode: rockRidge?.posix?.mode ?? (directory ? FileType.directory | 0o555 : FileType.regular | 0o444),
    user: rockRidge?.posix?.user ?? 0,
    group: rockRidge?.posix?.group ?? 0,
    modifiedAt: rockRidge?.times?.modifiedAt ?? record.recordedAt,
    target: type === 'symlink' && rockRidge?.link ? textOf(rockRidge.link) : undefined,
    extents,
    records,
    directory,
  }
}

/** The extent of a directory; that of a relocated one is known from its "." record only. */
async function directoryExtent(
  image: ImageMetadata,
  tree: DirectoryTree,
  { record, rockRidge }: LocatedRecord,
  path: string,
  options?: ReadOptions,
): Promise<DirectoryExtent | undefined> {
  if (rockRidge?.childLink !== undefined) {
    return extentOfBlock(image, tree, rockRidge.childLink, `directory ${path}`, options)
  }
  if ((record.flags & FileFlag.directory) === 0) return undefined
  return { block: record.extent + record.extendedAttributeLength, length: record.dataLength }
}

/** The extent of a directory of which only the block is known: the length is in its ".". */
export async function extentOfBlock(
  image: ImageMetadata,
  tree: DirectoryTree,
  block: number,
  what: string,
  options?: ReadOptions,
): Promise<DirectoryExtent> {
  const range = blockRange(tree.blockOffset + block, SECTOR_SIZE)
  const sector = await image.bytes(range, what, options)
  return { block, length: decodeDirectoryRecord(sector, range.offset).record.dataLength }
}

function typeOf(mode: number | undefined): EntryType {
  const type = (mode ?? FileType.regular) & FileType.mask
  if (type === FileType.symbolicLink) return 'symlink'
  // A file type of 0 stands in images whose maker knew permissions only.
  return type === FileType.regular || type === 0 ? 'file' : 'other'
}
