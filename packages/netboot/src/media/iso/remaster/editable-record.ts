import type { LocatedRecord } from '../read/directory-records.js'
import { FileFlag, PARENT_IDENTIFIER } from '../structures/directory-record.js'
import type { EditableDirectory } from './editable-directory.js'
import type { FileContent } from './file-content.js'

/** A directory record that can be changed. Its length never changes once it is made. */
export interface EditableRecord {
  /** The record's bytes, our own copy. */
  readonly bytes: Uint8Array
  readonly identifier: Uint8Array
  /** Name in its tree. */
  readonly name: string
  readonly isDirectory: boolean
  /** The record as it stands in the base; `undefined` for a new one. */
  readonly located: LocatedRecord | undefined
  /** The new directory that the record stands for. */
  readonly directory?: EditableDirectory | undefined
  /** The new content that the record shows, and from which of its bytes. */
  readonly content?: { readonly of: FileContent; readonly offset: number } | undefined
  /** Continuation areas that have to be placed. Of a record of the base only when its directory moves. */
  continuations: readonly ContinuationCopy[]
}

/** A continuation area that is to be placed, and the CE entry that will lead to it. */
export interface ContinuationCopy {
  readonly bytes: Uint8Array
  /** The 28 bytes of the CE entry, in the record or in the area before. */
  readonly entry: Uint8Array
  /** Where the area lies in the base; `undefined` for a new one. */
  readonly base: number | undefined
  /** The block that it comes to lie in, counted from the start of the image. */
  placed?: number
}

const EXTENT_OFFSET = 2
const LENGTH_OFFSET = 10

/** Changes where a record says that its data lie. */
export function setExtent(record: EditableRecord, block: number): void {
  setBothEndian32(record.bytes, EXTENT_OFFSET, block)
}

export function setLength(record: EditableRecord, length: number): void {
  setBothEndian32(record.bytes, LENGTH_OFFSET, length)
}

export function setBothEndian32(bytes: Uint8Array, offset: number, value: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  view.setUint32(offset, value, true)
  view.setUint32(offset + 4, value)
}

/** True for the record of a file or directory that belongs to its directory, as opposed to "." and "..". */
export function isEntry(record: EditableRecord): boolean {
  if (record.located) return record.located.role === 'entry'
  const [first = 0] = record.identifier
  return record.identifier.length !== 1 || first > PARENT_IDENTIFIER
}

/** True when the record's file goes on in the next record. */
export function hasMoreExtents({ bytes }: EditableRecord): boolean {
  return ((bytes[25] ?? 0) & FileFlag.multiExtent) !== 0
}
