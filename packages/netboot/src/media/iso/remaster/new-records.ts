import { KairosError } from '@kairos-sdk/core'
import type { DirectoryTree } from '../read/directory-tree.js'
import {
  type DirectoryRecord,
  directoryHeadSize,
  encodeDirectoryRecord,
  FileFlag,
  PARENT_IDENTIFIER,
  SELF_IDENTIFIER,
} from '../structures/directory-record.js'
import { FileType } from '../structures/rock-ridge/posix-attributes.js'
import { CONTINUATION_ENTRY_SIZE } from '../structures/susp/continuation-area.js'
import type { EditableDirectory } from './editable-directory.js'
import type { ContinuationCopy, EditableRecord } from './editable-record.js'
import { contentParts, type FileContent } from './file-content.js'
import type { NewEntry, NewEntryAttributes } from './new-entry.js'
import { type NewAttributes, newSystemUse } from './new-system-use.js'

/** The longest record whose length is even and fits its length byte. */
export const MAX_RECORD_SIZE = 254

const TYPES = {
  file: FileType.regular | 0o644,
  directory: FileType.directory | 0o755,
  symlink: FileType.symbolicLink | 0o777,
} as const

export interface NewRecordInit {
  readonly name: string
  readonly identifier: Uint8Array
  readonly entry: NewEntry
  readonly content: FileContent | undefined
  readonly child: EditableDirectory | undefined
  readonly defaultDate: Date
}

/** The records of a new entry: one, or one for each extent of a large file. Where they lead is filled in later. */
export function newRecords(tree: DirectoryTree, init: NewRecordInit): EditableRecord[] {
  const { name, identifier, entry, content, child } = init
  const modifiedAt = entry.modifiedAt ?? init.defaultDate
  const target = entry.type === 'symlink' ? entry.target : undefined
  const attributes = { ...attributesOf(entry, modifiedAt), name, target }
  const parts = contentParts(content?.source.size ?? 0)
  return parts.map(({ offset, length }, index): EditableRecord => {
    const more = index < parts.length - 1 ? FileFlag.multiExtent : 0
    const flags = (child ? FileFlag.directory : 0) | more
    const { bytes, continuations } = encoded(tree, identifier, flags, length, attributes)
    content?.continuations.push(...continuations)
    const shown = content && length > 0 ? { of: content, offset } : undefined
    const isDirectory = child !== undefined
    return { bytes, identifier, name, isDirectory, located: undefined, directory: child, content: shown, continuations }
  })
}

/** A directory with nothing in it but "." and "..". */
export function newDirectory(
  tree: DirectoryTree,
  parent: EditableDirectory,
  entry: NewEntryAttributes,
  modifiedAt: Date,
): EditableDirectory {
  const attributes = { ...attributesOf({ ...entry, type: 'directory' }, modifiedAt), name: undefined }
  const dots = [SELF_IDENTIFIER, PARENT_IDENTIFIER].map((byte): EditableRecord => {
    const identifier = new Uint8Array([byte])
    const { bytes } = encoded(tree, identifier, FileFlag.directory, 0, attributes)
    return { bytes, identifier, name: '', isDirectory: true, located: undefined, continuations: [] }
  })
  return {
    base: undefined,
    records: dots,
    parent,
    addedDirectories: 0,
    rearranged: true,
    touched: true,
    placed: undefined,
  }
}

function attributesOf(
  entry: NewEntryAttributes & Pick<NewEntry, 'type'>,
  modifiedAt: Date,
): Omit<NewAttributes, 'name'> {
  const defaultMode = TYPES[entry.type]
  const mode = entry.mode === undefined ? defaultMode : (defaultMode & FileType.mask) | (entry.mode & 0o7777)
  const links = entry.type === 'directory' ? 2 : 1
  return { mode, links, user: entry.user ?? 0, group: entry.group ?? 0, modifiedAt }
}

/** Bytes for the system use of a record with an identifier of this length. */
export function systemUseRoom(identifierLength: number): number {
  return MAX_RECORD_SIZE - directoryHeadSize(identifierLength)
}

function encoded(
  tree: DirectoryTree,
  identifier: Uint8Array,
  flags: number,
  dataLength: number,
  attributes: NewAttributes,
): { bytes: Uint8Array; continuations: readonly ContinuationCopy[] } {
  const room = systemUseRoom(identifier.length)
  if (room < 0) throw new KairosError('internal', `directory record: room for ${attributes.name} expected, none found.`)
  const { area, continuations } = newSystemUse(tree, attributes, room)
  const record: DirectoryRecord = {
    extendedAttributeLength: 0,
    extent: 0,
    dataLength,
    recordedAt: attributes.modifiedAt,
    flags,
    fileUnitSize: 0,
    interleaveGap: 0,
    volumeSequenceNumber: 1,
    identifier,
    systemUse: area,
  }
  const bytes = encodeDirectoryRecord(record)
  // The record may have a byte more, to make its length even.
  const own = bytes.subarray(0, directoryHeadSize(identifier.length) + area.length)
  const copies = continuations.map((continuation, index) => {
    const before = continuations[index - 1] ?? own
    return { bytes: continuation, entry: before.subarray(before.length - CONTINUATION_ENTRY_SIZE), base: undefined }
  })
  return { bytes, continuations: copies }
}
