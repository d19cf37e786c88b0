import { KairosError } from '@kairos-sdk/core'
import type { EntryAttributes, FileSystemEntry } from '../../../file-system/entry.js'
import { encodeName } from '../../../file-system/name.js'
import { MAX_MAJOR, MAX_MINOR } from '../structures/device-number.js'
import { InodeType } from '../structures/inodes/header.js'
import { MAX_TARGET_SIZE } from '../structures/inodes/symlink.js'
import { NO_XATTRS } from '../structures/xattr.js'
import { NO_BLOCKS } from './block-run.js'
import { type NodeAttributes, newDirectory, type TreeNode } from './node.js'

const DEFAULT_MODES: Partial<Record<FileSystemEntry['type'], number>> = { directory: 0o755, symlink: 0o777 }
const SPECIAL_TYPES = {
  'block-device': InodeType.blockDevice,
  'character-device': InodeType.characterDevice,
  fifo: InodeType.fifo,
  socket: InodeType.socket,
} as const

const MAX_UINT32 = 0xffff_ffff

export interface NodeContext {
  /** For entries without one, in seconds since 1970. */
  readonly defaultMtime: number
  /** Gives the index of an entry's extended attributes. */
  readonly xattrIndex: (path: string, xattrs: ReadonlyMap<string, Uint8Array>) => number
}

/**
 * An entry as a node without content.
 *
 * @throws KairosError `squashfs/invalid-entry` for values that a squashfs inode cannot hold
 */
export function nodeOf(entry: FileSystemEntry, context: NodeContext): TreeNode {
  if (entry.type === 'hardlink') return { kind: 'hardlink', path: entry.path, target: entry.target }
  const attributes = attributesOf(entry, context)
  const inode = { attributes, links: 0, number: 0, reference: undefined }
  switch (entry.type) {
    case 'directory':
      return newDirectory(attributes)
    case 'file': {
      const size = whole(entry, 'size', entry.source.size, Number.MAX_SAFE_INTEGER)
      return { kind: 'file', ...inode, size, blocks: NO_BLOCKS, fragment: undefined, sparse: 0 }
    }
    case 'symlink':
      return { kind: 'symlink', ...inode, target: targetOf(entry.path, entry.target) }
    case 'block-device':
    case 'character-device': {
      const major = whole(entry, 'major device number', entry.major, MAX_MAJOR)
      const minor = whole(entry, 'minor device number', entry.minor, MAX_MINOR)
      return { kind: 'special', ...inode, type: SPECIAL_TYPES[entry.type], device: { major, minor } }
    }
    case 'fifo':
    case 'socket':
      return { kind: 'special', ...inode, type: SPECIAL_TYPES[entry.type], device: undefined }
  }
}

function attributesOf(
  entry: EntryAttributes & { readonly type: FileSystemEntry['type'] },
  { defaultMtime, xattrIndex }: NodeContext,
): NodeAttributes {
  return {
    mode: whole(entry, 'permissions', entry.mode ?? DEFAULT_MODES[entry.type] ?? 0o644, 0o7777),
    uid: whole(entry, 'owner', entry.uid ?? 0, MAX_UINT32),
    gid: whole(entry, 'group', entry.gid ?? 0, MAX_UINT32),
    mtime: entry.mtime ? storedTime(entry.mtime) : defaultMtime,
    xattr: entry.xattrs ? xattrIndex(entry.path, entry.xattrs) : NO_XATTRS,
  }
}

/** Seconds since 1970, from 1970 to 2106: what lies outside becomes the nearest, as with other writers. */
export function storedTime(time: Date): number {
  const seconds = Math.floor(time.getTime() / 1000)
  return Math.min(Math.max(Number.isNaN(seconds) ? 0 : seconds, 0), MAX_UINT32)
}

function targetOf(path: string, target: string): Uint8Array {
  const bytes = encodeName(target)
  if (bytes.length > 0 && bytes.length <= MAX_TARGET_SIZE && !bytes.includes(0)) return bytes
  const expected = `a target of 1 to ${MAX_TARGET_SIZE} bytes without NUL`
  throw new KairosError('squashfs/invalid-entry', `${path}: ${expected} expected, ${bytes.length} bytes found.`)
}

function whole({ path }: { readonly path: string }, field: string, value: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return value
  throw new KairosError('squashfs/invalid-entry', `${path}: ${field}: 0 to ${max} expected, ${value} found.`)
}
