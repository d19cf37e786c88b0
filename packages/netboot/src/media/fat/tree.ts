import { KairosError } from '@kairos-sdk/core'
import type { ByteSource } from '../../bytes/byte-source.js'
import { entryDate } from '../source-date.js'
import { DIRECTORY_ENTRY_BYTES, directoryEntryBytes } from './directory.js'
import { checkFatName, type FatNames, foldFatName, shortNames } from './names.js'

/** A file or directory to be put into a FAT image. */
export interface FatEntry {
  /** Path from the root, with slashes; a leading one is allowed. Directories on the way need no entry of their own. */
  readonly path: string
  readonly type: 'file' | 'directory'
  /** Content of a file. Default: empty. */
  readonly source?: ByteSource | undefined
  /** Default: the date of the image, which is also the latest. */
  readonly mtime?: Date | undefined
}

export interface FatFile {
  readonly type: 'file'
  readonly date: Date
  readonly source: ByteSource | undefined
}

export interface FatDirectory {
  readonly type: 'directory'
  readonly date: Date
  /** By name, in the order in which they are written. */
  readonly children: readonly FatChild[]
  /** Bytes of its entries, with "." and ".." or the volume label. */
  readonly bytes: number
}

export interface FatChild {
  readonly names: FatNames
  readonly node: FatFile | FatDirectory
}

const MAX_FILE_BYTES = 0xffffffff
/** The specification allows 65,536 entries of 32 bytes in a directory. */
const MAX_DIRECTORY_BYTES = 65_536 * DIRECTORY_ENTRY_BYTES

interface Draft {
  entry: FatEntry | undefined
  readonly name: string
  readonly children: Map<string, Draft>
}

/**
 * Arranges entries as a tree. Children are sorted by name, so that the order of the input makes no difference.
 *
 * @throws KairosError `fat/invalid-entry` for names that FAT cannot have, twice the same path (capitals or not), files
 *   that are also directories, files of 4 GiB and more
 */
export function fatTree(entries: Iterable<FatEntry>, date: Date, hasLabel: boolean): FatDirectory {
  const root: Draft = { entry: undefined, name: '', children: new Map() }
  for (const entry of entries) insert(root, entry)
  return finish(root, date, hasLabel ? 1 : 0)
}

function insert(root: Draft, entry: FatEntry): void {
  const parts = entry.path.split('/').filter((part) => part !== '')
  if (parts.length === 0) throw invalid(entry.path, 'a path with a name', 'none')
  if ((entry.source?.size ?? 0) > MAX_FILE_BYTES) {
    throw invalid(entry.path, 'a file of less than 4 GiB', `${entry.source?.size} bytes`)
  }
  if (entry.type === 'directory' && entry.source) throw invalid(entry.path, 'a directory without content', 'some')
  let at = root
  for (const name of parts) {
    if (at.entry?.type === 'file') throw invalid(entry.path, 'directories on the way', 'a file')
    let next = at.children.get(foldFatName(name))
    if (!next) {
      checkFatName(name, entry.path)
      next = { entry: undefined, name, children: new Map() }
      at.children.set(foldFatName(name), next)
    }
    at = next
  }
  const twice = at.entry !== undefined || (entry.type === 'file' && at.children.size > 0)
  if (twice) throw invalid(entry.path, 'each path once (FAT does not tell capitals apart)', 'a second entry')
  at.entry = entry
}

function finish(draft: Draft, date: Date, extraEntries: number): FatDirectory {
  const drafts = [...draft.children.values()].sort((a, b) => (foldFatName(a.name) < foldFatName(b.name) ? -1 : 1))
  const names = shortNames(drafts.map((child) => child.name))
  const children = drafts.map((child, index): FatChild => {
    const own = entryDate(child.entry?.mtime, date)
    const node: FatFile | FatDirectory =
      child.entry?.type === 'file' ? { type: 'file', date: own, source: child.entry.source } : finish(child, date, 2)
    return { names: names[index] as FatNames, node }
  })
  const bytes = children.reduce(
    (sum, child) => sum + directoryEntryBytes(child.names),
    extraEntries * DIRECTORY_ENTRY_BYTES,
  )
  if (bytes > MAX_DIRECTORY_BYTES) throw invalid(draft.name || '/', 'at most 65,536 entries in a directory', 'more')
  return { type: 'directory', date: entryDate(draft.entry?.mtime, date), children, bytes }
}

function invalid(path: string, expected: string, found: string): KairosError {
  return new KairosError('fat/invalid-entry', `${path}: ${expected} expected, ${found} found.`)
}
