import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { encodeName } from '../../../file-system/name.js'
import { entryDate } from '../../source-date.js'
import type { AuthorEntry } from './entry.js'

interface NodeAttributes {
  readonly name: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: Date
}

export interface FileNode extends NodeAttributes {
  readonly type: 'file'
  readonly source: ByteSource
}

export interface SymlinkNode extends NodeAttributes {
  readonly type: 'symlink'
  readonly target: string
}

export interface DirectoryNode extends NodeAttributes {
  readonly type: 'directory'
  /** Sorted by name, so that the order of the input makes no difference. */
  readonly children: readonly IsoNode[]
}

export type IsoNode = FileNode | SymlinkNode | DirectoryNode

interface Draft {
  readonly name: string
  readonly children: Map<string, Draft>
  entry: AuthorEntry | undefined
}

const MAX_NAME_BYTES = 255
const MAX_ID = 0xffffffff
/** What a single path table can number; a tree with more directories than that is no boot medium. */
const MAX_DIRECTORIES = 65_535

export interface TreeOptions {
  readonly date: Date
  readonly signal?: AbortSignal | undefined
  readonly onEntry?: ((entries: number, path: string) => void) | undefined
}

/**
 * Arranges entries as a tree. A later entry takes the place of an earlier one with the same path, so that an overlay
 * follows what it overlays.
 *
 * @throws KairosError `argument/invalid` for paths, names and numbers that an image cannot have, and for a file where
 *   another entry needs a directory; `aborted`
 */
export async function collectTree(
  entries: Iterable<AuthorEntry> | AsyncIterable<AuthorEntry>,
  options: TreeOptions,
): Promise<DirectoryNode> {
  const root: Draft = { name: '', children: new Map(), entry: undefined }
  let count = 0
  for await (const entry of entries) {
    throwIfAborted(options.signal, 'Cannot make an ISO image')
    insert(root, entry)
    options.onEntry?.(++count, entry.path)
  }
  const directories = { count: 0 }
  return finish(root, options.date, directories) as DirectoryNode
}

/** The file at a path of the tree, if there is one. */
export function findFile(root: DirectoryNode, path: string): FileNode | undefined {
  let at: IsoNode | undefined = root
  for (const name of partsOf(path)) {
    at = at?.type === 'directory' ? at.children.find((child) => child.name === name) : undefined
  }
  return at?.type === 'file' ? at : undefined
}

function insert(root: Draft, entry: AuthorEntry): void {
  check(entry)
  let at = root
  for (const name of partsOf(entry.path)) {
    if (at.entry && at.entry.type !== 'directory') throw invalid(entry.path, 'directories on the way', at.entry.type)
    let next = at.children.get(name)
    if (!next) {
      checkName(name, entry.path)
      next = { name, children: new Map(), entry: undefined }
      at.children.set(name, next)
    }
    at = next
  }
  const directory = at === root || at.children.size > 0 || at.entry?.type === 'directory'
  if (directory && entry.type !== 'directory') throw invalid(entry.path, 'a directory', entry.type)
  if (at.entry && at.entry.type !== 'directory' && entry.type === 'directory') {
    throw invalid(entry.path, at.entry.type, 'a directory')
  }
  at.entry = entry
}

function check(entry: AuthorEntry): void {
  for (const [field, value, most] of [
    ['mode', entry.mode ?? 0, 0o7777],
    ['uid', entry.uid ?? 0, MAX_ID],
    ['gid', entry.gid ?? 0, MAX_ID],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > most) {
      throw invalid(entry.path, `${field} from 0 to ${field === 'mode' ? '0o7777' : most}`, `${value}`)
    }
  }
  if (entry.type === 'symlink' && (entry.target === '' || entry.target.includes('\0') || entry.target.length > 4095)) {
    throw invalid(entry.path, 'a symbolic link with a target of 1 to 4,095 characters', JSON.stringify(entry.target))
  }
}

function checkName(name: string, path: string): void {
  const wrong = name === '.' || name === '..' || name.includes('\0') || Buffer.byteLength(name) > MAX_NAME_BYTES
  if (wrong) throw invalid(path, 'names of at most 255 bytes, none of them "." or ".."', JSON.stringify(name))
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}

function finish(draft: Draft, date: Date, directories: { count: number }): IsoNode {
  const { entry, name } = draft
  const attributes = {
    name,
    uid: entry?.uid ?? 0,
    gid: entry?.gid ?? 0,
    mtime: entryDate(entry?.mtime, date),
  }
  if (entry?.type === 'file') return { ...attributes, type: 'file', mode: entry.mode ?? 0o644, source: entry.source }
  if (entry?.type === 'symlink') {
    return { ...attributes, type: 'symlink', mode: entry.mode ?? 0o777, target: entry.target }
  }
  if (++directories.count > MAX_DIRECTORIES) {
    throw new KairosError('iso/unsupported', `ISO image: at most ${MAX_DIRECTORIES} directories expected, more found.`)
  }
  const children = [...draft.children.values()]
    .sort((a, b) => Buffer.compare(encodeName(a.name), encodeName(b.name)))
    .map((child) => finish(child, date, directories))
  return { ...attributes, type: 'directory', mode: entry?.mode ?? 0o755, children }
}

function invalid(path: string, expected: string, found: string): KairosError {
  return new KairosError('argument/invalid', `${path}: ${expected} expected, ${found} found.`)
}
