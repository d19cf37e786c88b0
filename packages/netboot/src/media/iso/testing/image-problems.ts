import type { ByteSource } from '../../../bytes/byte-source.js'
import { openIso } from '../open-iso.js'
import type { DescriptorSet } from '../read/descriptor-set.js'
import { directoryEntries } from '../read/directory-entries.js'
import { directoryRecords } from '../read/directory-records.js'
import { type DirectoryTree, readTrees } from '../read/directory-tree.js'
import { entryContent } from '../read/entry-content.js'
import { type ImageMetadata, imageMetadata } from '../read/image-metadata.js'
import { FileFlag } from '../structures/directory-record.js'
import { decodePathTable } from '../structures/path-table.js'
import { SECTOR_SIZE, sectorsOf } from '../structures/sector.js'
import { textOf } from './fixtures.js'

interface PhysicalDirectory {
  readonly block: number
  readonly length: number
  readonly parent: PhysicalDirectory | undefined
}

/** All trees of an image, with the set of descriptors that leads to each. */
export async function allTrees(source: ByteSource): Promise<{ set: DescriptorSet; tree: DirectoryTree }[]> {
  const { volume } = await openIso(source)
  const image = imageMetadata(source)
  const sets = [volume.descriptors, ...volume.partitionDescriptors]
  const trees = await Promise.all(sets.map(async (set) => (await readTrees(image, set)).map((tree) => ({ set, tree }))))
  return trees.flat()
}

/** Everything that one tree shows: path to content. */
export async function contentOfTree(source: ByteSource, tree: DirectoryTree): Promise<Map<string, string>> {
  const image = imageMetadata(source)
  const found = new Map<string, string>()
  const open = [{ path: '/', extent: tree.root }]
  for (let at = open.pop(); at; at = open.pop()) {
    for await (const entry of directoryEntries(image, tree, at.extent, at.path)) {
      if (entry.directory) open.push({ path: entry.path, extent: entry.directory })
      if (entry.type === 'file') found.set(entry.path, await textOf(entryContent(image, entry)))
      else found.set(entry.path, entry.type === 'symlink' ? `-> ${entry.target}` : entry.type)
    }
  }
  return found
}

/**
 * What contradicts itself in the trees and tables of an image, as sentences. The reader takes an image as it comes; this
 * looks at all that other readers go by.
 */
export async function imageProblems(source: ByteSource): Promise<string[]> {
  const problems: string[] = []
  const image = imageMetadata(source)
  for (const { set, tree } of await allTrees(source)) {
    const name = `${tree.kind}+${tree.blockOffset}`
    const { directories, used } = await walkPhysically(image, tree, problems, name)
    await checkPathTables(image, set, tree, directories, problems, name)
    const last = [set.primary, ...set.supplementary].find(({ block }) => tree.descriptorBlocks.includes(block))
    checkOverlaps(used, set.sizeOrigin + (last?.descriptor.volumeSpaceSize ?? 0), source, problems, name)
  }
  return problems
}

async function walkPhysically(image: ImageMetadata, tree: DirectoryTree, problems: string[], name: string) {
  const root: PhysicalDirectory = { ...tree.root, parent: undefined }
  const directories = [root]
  const used = new Map<number, number>()
  for (const directory of directories) {
    const parent = directory.parent ?? root
    used.set(tree.blockOffset + directory.block, sectorsOf(directory.length))
    for await (const { record, role } of directoryRecords(image, tree, directory, name)) {
      const extent = record.extent + record.extendedAttributeLength
      const where = `${name}: directory ${directory.block}: ${role} leads to ${extent}, ${record.dataLength}`
      if (role === 'self' && (extent !== directory.block || record.dataLength !== directory.length))
        problems.push(where)
      // libisofs writes "." into the ".." of Joliet directories.
      const lies = tree.kind === 'joliet' && extent === directory.block
      if (role === 'parent' && !lies && (extent !== parent.block || record.dataLength !== parent.length)) {
        problems.push(where)
      }
      if (role !== 'entry') continue
      if (record.flags & FileFlag.directory) {
        directories.push({ block: extent, length: record.dataLength, parent: directory })
      } else if (record.dataLength > 0) used.set(tree.blockOffset + extent, sectorsOf(record.dataLength))
    }
  }
  return { directories, used }
}

async function checkPathTables(
  image: ImageMetadata,
  set: DescriptorSet,
  tree: DirectoryTree,
  directories: readonly PhysicalDirectory[],
  problems: string[],
  name: string,
) {
  for (const { block, descriptor } of [set.primary, ...set.supplementary]) {
    if (!tree.descriptorBlocks.includes(block)) continue
    for (const order of ['little', 'big'] as const) {
      const table = order === 'little' ? descriptor.pathTableL : descriptor.pathTableM
      const range = { offset: (tree.blockOffset + table) * SECTOR_SIZE, length: descriptor.pathTableSize }
      const records = decodePathTable(await image.bytes(range, 'path table'), order)
      const listed = records.map(({ extent, parent }) => `${extent}<${records[parent - 1]?.extent}`)
      const found = directories.map((each) => `${each.block}<${(each.parent ?? each).block}`)
      if (listed.toSorted().join() !== found.toSorted().join()) {
        problems.push(`${name}: ${order} path table ${listed} for directories ${found}`)
      }
      if (
        records.some(({ parent }, index) => parent > Math.max(index, 1) || parent < (records[index - 1]?.parent ?? 1))
      ) {
        problems.push(`${name}: ${order} path table is out of order`)
      }
    }
  }
}

function checkOverlaps(used: Map<number, number>, end: number, source: ByteSource, problems: string[], name: string) {
  let free = 16
  for (const [start, count] of [...used].sort(([a], [b]) => a - b)) {
    if (start < free) problems.push(`${name}: something else ends at ${free}, block ${start} begins before`)
    free = start + count
    if (free > end || start * SECTOR_SIZE > source.size) {
      problems.push(`${name}: blocks ${start} to ${free} lie behind the end of the volume ${end}`)
    }
  }
}
