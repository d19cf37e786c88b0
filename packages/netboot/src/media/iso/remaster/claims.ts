import { throwIfAborted } from '@kairos-sdk/core'
import type { ReadOptions } from '../../../bytes/byte-source.js'
import { entriesSectors } from '../../partitions/index.js'
import type { IsoVolume } from '../iso-image.js'
import { bootImages } from '../read/boot-catalog.js'
import { extentOfBlock } from '../read/directory-entries.js'
import { directoryRecords, type LocatedRecord } from '../read/directory-records.js'
import type { DirectoryExtent } from '../read/directory-tree.js'
import { checkInside, damaged, type ImageMetadata } from '../read/image-metadata.js'
import { FileFlag } from '../structures/directory-record.js'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS, sectorsOf } from '../structures/sector.js'
import { DISK_SECTOR, partitionRanges } from '../system-area/read-system-area.js'
import type { EditableRecord } from './editable-record.js'
import { type BlockRange, mergeRanges } from './free-space.js'
import { showsVolume } from './partition-role.js'
import type { TreeEditor } from './tree-editor.js'

/**
 * The blocks that something in the edited image needs: everything that a tree, a table or a boot entry leads to.
 *
 * @throws KairosError `iso/damaged` when something lies behind the end of the image, or directories go in circles
 */
export async function claimedBlocks(
  image: ImageMetadata,
  volume: IsoVolume,
  editors: readonly TreeEditor[],
  options: ReadOptions,
): Promise<BlockRange[]> {
  const claims: BlockRange[] = [{ start: 0, end: SYSTEM_AREA_SECTORS }]
  for (const set of [volume.descriptors, ...volume.partitionDescriptors]) {
    claims.push({ start: set.block, end: set.block + set.blocks })
    // The descriptors at block 16 stay those that a machine finds, whatever session counts.
    claims.push({ start: SYSTEM_AREA_SECTORS, end: SYSTEM_AREA_SECTORS + set.blocks })
    for (const { descriptor } of [set.primary, ...set.supplementary]) {
      const { pathTableL, pathTableM, optionalPathTableL, optionalPathTableM } = descriptor
      for (const block of [pathTableL, pathTableM, optionalPathTableL, optionalPathTableM]) {
        if (block !== 0) claims.push(blocks(set.blockOffset + block, descriptor.pathTableSize))
      }
    }
  }
  for (const editor of editors) for await (const claim of treeClaims(image, editor, options)) claims.push(claim)
  claims.push(...partitionClaims(volume))
  return withBootImages(image, volume, claims)
}

async function* treeClaims(image: ImageMetadata, editor: TreeEditor, options: ReadOptions): AsyncGenerator<BlockRange> {
  const { tree } = editor
  const seen = new Set<number>()
  const linked = new Set<number>()
  const open: DirectoryExtent[] = [tree.root]
  for (let extent = open.pop(); extent; extent = open.pop()) {
    throwIfAborted(options.signal, `Cannot read ${image.source.name}`)
    const start = tree.blockOffset + extent.block
    // A relocated directory is reached twice: from where it belongs and from where it is kept.
    if (seen.has(start) && linked.has(extent.block)) continue
    if (seen.has(start)) {
      const found = `the directory at byte ${start * SECTOR_SIZE} found twice`
      throw damaged(image.source, `directories: each in one place expected, ${found}`)
    }
    seen.add(start)
    yield blocks(start, extent.length)
    for await (const { record, rockRidge, role, continuations } of recordsOf(image, editor, extent, options)) {
      for (const { offset, length } of continuations) {
        const first = Math.floor(offset / SECTOR_SIZE)
        yield { start: first, end: Math.max(first + 1, sectorsOf(offset + length)) }
      }
      const block = record.extent + record.extendedAttributeLength
      const link = role === 'entry' ? rockRidge?.childLink : undefined
      if (link !== undefined && !linked.has(link)) {
        linked.add(link)
        open.push(await extentOfBlock(image, tree, link, `directory at block ${link}`, options))
      }
      if (record.flags & FileFlag.directory) open.push({ block, length: record.dataLength })
      // An empty file has no content, but a block that libarchive knows it by.
      else if (record.dataLength === 0 && record.extent > 0) yield blocks(tree.blockOffset + block, 1)
      else if (record.dataLength > 0) {
        const offset = (tree.blockOffset + block) * SECTOR_SIZE
        checkInside(image.source, { offset, length: record.dataLength }, `file at byte ${offset}`)
        yield blocks(tree.blockOffset + record.extent, record.extendedAttributeLength * SECTOR_SIZE + record.dataLength)
      }
    }
  }
}

/** The records of a directory of the base that are still there, with "." and ".." for their continuation areas. */
async function* recordsOf(
  image: ImageMetadata,
  { tree, loaded }: TreeEditor,
  extent: DirectoryExtent,
  options: ReadOptions,
): AsyncGenerator<LocatedRecord> {
  const edited = loaded.get(extent.block)
  const located = edited?.records.flatMap((record: EditableRecord) => (record.located ? [record.located] : []))
  const records = located ?? directoryRecords(image, tree, extent, `directory at block ${extent.block}`, options)
  for await (const found of records) {
    if (found.role === 'entry') yield found
    else yield { ...found, record: { ...found.record, flags: 0, extent: 0, dataLength: 0 } }
  }
}

/** Partitions that are no view of the volume, such as an appended EFI system partition or HFS+, and both GPT copies. */
function partitionClaims({ systemArea, partitionDescriptors }: IsoVolume): BlockRange[] {
  const claims = partitionRanges(systemArea)
    .filter((range) => !showsVolume(range, partitionDescriptors))
    .map(({ offset, length }) => ({
      start: Math.floor(offset / SECTOR_SIZE),
      end: sectorsOf(offset + length),
    }))
  const table = systemArea.gpt?.gpt
  if (table) {
    const size = entriesSectors(table)
    const sectors = [
      { first: table.entriesSector, count: size },
      { first: table.diskSectors - 1 - size, count: size + 1 },
    ]
    for (const { first, count } of sectors) {
      const start = Math.floor((first * DISK_SECTOR) / SECTOR_SIZE)
      claims.push({ start, end: sectorsOf((first + count) * DISK_SECTOR) })
    }
  }
  return claims
}

/**
 * Boot images that no directory shows: nothing tells their size, since what firmware loads may be a small part. They
 * get everything up to whatever comes next.
 */
function withBootImages(image: ImageMetadata, volume: IsoVolume, claims: readonly BlockRange[]): BlockRange[] {
  const merged = mergeRanges(claims)
  if (!volume.bootCatalog) return merged
  const added = [{ start: volume.bootCatalog.block, end: volume.bootCatalog.block + 1 }]
  const { blockOffset } = volume.descriptors
  for (const { entry } of bootImages(volume.bootCatalog.catalog)) {
    const start = blockOffset + entry.loadSector
    if (start === 0 || merged.some((range) => range.start <= start && start < range.end)) continue
    const next = merged.find((range) => range.start > start)
    added.push({ start, end: next?.start ?? sectorsOf(image.source.size) })
  }
  return mergeRanges([...merged, ...added])
}

function blocks(start: number, length: number): BlockRange {
  return { start, end: start + sectorsOf(length) }
}
