import { SECTOR_SIZE } from '../structures/sector.js'
import { SYSTEM_USE_HEADER_SIZE } from '../structures/system-use-entry.js'
import type { EditableDirectory } from './editable-directory.js'
import { type EditableRecord, isEntry, setBothEndian32, setExtent, setLength } from './editable-record.js'
import type { Patch } from './grow-partitions.js'
import type { TreeEditor } from './tree-editor.js'

/** Offset of the number of links in the data of PX. */
const LINKS_OFFSET = 8

/**
 * Makes everything that leads to a directory, new or moved, lead to its place: its record where it is kept, its own ".",
 * the ".." of the directories in it, and CL and PL of relocated ones; also numbers of links, and where new contents lie.
 *
 * @returns patches of what lies outside of directories, in continuation areas of the base
 */
export async function pointToPlaces(editor: TreeEditor, directories: readonly EditableDirectory[]): Promise<Patch[]> {
  const patches: Patch[] = []
  for (const directory of directories) {
    const { base, placed, records } = directory
    if (!placed) continue
    for (const record of records) pointToContent(editor, record)
    const moved = placed.block !== base?.block || placed.length !== base.length
    if (moved) await pointToDirectory(editor, directory, patches)
    if (directory.addedDirectories !== 0) await countLinks(editor, directory, patches)
  }
  return patches
}

function pointToContent({ tree }: TreeEditor, record: EditableRecord): void {
  if (record.content?.of.block === undefined) return
  setExtent(record, record.content.of.block + record.content.offset / SECTOR_SIZE - tree.blockOffset)
}

async function pointToDirectory(editor: TreeEditor, directory: EditableDirectory, patches: Patch[]): Promise<void> {
  const { base, placed, records } = directory
  const [self, up] = records
  if (!placed || !self || !up) return
  point(self, placed)
  directory.touched = true
  if (base?.block === editor.tree.root.block) point(up, placed)
  else {
    const keeper = await editor.keeperOf(directory)
    const record = keeper?.records.find((each) => isEntry(each) && isRecordOf(each, directory))
    if (record) point(record, placed)
    const above = keeper?.placed ?? keeper?.base
    if (above) point(up, above)
    if (keeper) keeper.touched = true
    await pointFromLogicalParent(editor, directory, patches)
  }
  for (const record of records) {
    if (!isEntry(record) || !record.isDirectory || record.directory) continue
    const link = record.located?.rockRidge?.childLink
    const child = await editor.descend(directory, { records: [record], isDirectory: true })
    const childUp = child.records[1]
    if (!childUp || isEntry(childUp)) continue
    if (link !== undefined) setSystemUse32(childUp, 'PL', 0, () => placed.block, patches)
    else point(childUp, placed)
    child.touched = true
  }
}

/** A relocated directory that moves again: the CL where it belongs has to follow. */
async function pointFromLogicalParent(
  editor: TreeEditor,
  { base, placed, records }: EditableDirectory,
  patches: Patch[],
): Promise<void> {
  const logical = records[1]?.located?.rockRidge?.parentLink
  if (logical === undefined || !base || !placed) return
  const parent = await editor.load(logical)
  const record = parent.records.find((each) => each.located?.rockRidge?.childLink === base.block)
  if (!record) return
  setSystemUse32(record, 'CL', 0, () => placed.block, patches)
  parent.touched = true
}

/** Each directory in a directory is one more link to it. Programs that do not count write 1, and so it stays. */
async function countLinks(editor: TreeEditor, directory: EditableDirectory, patches: Patch[]): Promise<void> {
  const { base, records, addedDirectories } = directory
  const [self] = records
  if (!self || editor.tree.kind !== 'rock-ridge') return
  const add = (links: number) => (links > 1 ? Math.max(links + addedDirectories, 2) : links)
  setSystemUse32(self, 'PX', LINKS_OFFSET, add, patches)
  if (base?.block === editor.tree.root.block) {
    if (records[1]) setSystemUse32(records[1], 'PX', LINKS_OFFSET, add, patches)
  } else {
    const keeper = await editor.keeperOf(directory)
    const record = keeper?.records.find((each) => isEntry(each) && isRecordOf(each, directory))
    if (record) setSystemUse32(record, 'PX', LINKS_OFFSET, add, patches)
    if (keeper) keeper.touched = true
  }
  for (const record of records) {
    if (!isEntry(record) || !record.isDirectory || record.located?.rockRidge?.childLink !== undefined) continue
    const child = await editor.descend(directory, { records: [record], isDirectory: true })
    if (child.records[1]) setSystemUse32(child.records[1], 'PX', LINKS_OFFSET, add, patches)
    child.touched = true
  }
}

/** True for the record that a directory is kept under; a placeholder with CL is none. */
function isRecordOf({ located, directory }: EditableRecord, wanted: EditableDirectory): boolean {
  if (!located) return directory === wanted
  if (located.rockRidge?.childLink !== undefined) return false
  return located.record.extent + located.record.extendedAttributeLength === wanted.base?.block
}

function point(record: EditableRecord, { block, length }: { block: number; length: number }): void {
  // A directory that moved leaves its extended attribute record behind.
  record.bytes[1] = 0
  setExtent(record, block)
  setLength(record, length)
}

/** Changes a both-endian number in a system use entry, in the record or in its continuation area. */
function setSystemUse32(
  record: EditableRecord,
  signature: string,
  offset: number,
  change: (value: number) => number,
  patches: Patch[],
): void {
  const { located, bytes } = record
  if (!located) {
    const start = newEntryOffset(bytes, signature)
    if (start !== undefined) {
      const at = start + SYSTEM_USE_HEADER_SIZE + offset
      setBothEndian32(bytes, at, change(new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)))
    }
    return
  }
  const entry = located.systemUse.find((each) => each.signature === signature)
  if (!entry || entry.data.length < offset + 8) return
  const view = new DataView(entry.data.buffer, entry.data.byteOffset)
  const position = entry.position + SYSTEM_USE_HEADER_SIZE + offset
  const inRecord = position - located.position
  const area = record.continuations.find(
    ({ base, bytes: copy }) => base !== undefined && position >= base && position + 8 <= base + copy.length,
  )
  if (area?.base !== undefined) {
    setBothEndian32(area.bytes, position - area.base, change(view.getUint32(offset, true)))
    return
  }
  if (inRecord >= 0 && inRecord + 8 <= bytes.length) {
    const current = new DataView(bytes.buffer, bytes.byteOffset).getUint32(inRecord, true)
    setBothEndian32(bytes, inRecord, change(current))
    return
  }
  const patch = new Uint8Array(8)
  setBothEndian32(patch, 0, change(view.getUint32(offset, true)))
  patches.push({ offset: position, bytes: patch })
}

/** Where an entry begins in a record that we made: PX comes first there. */
function newEntryOffset(bytes: Uint8Array, signature: string): number | undefined {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(signature, 33, 'latin1')
  return at < 0 ? undefined : at
}
