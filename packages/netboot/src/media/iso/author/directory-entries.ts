import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import { fileSource } from '../../../bytes/file-source.js'
import type { AuthorEntry } from './entry.js'

export interface DirectoryEntriesOptions {
  /** Path inside the image to put the directory's content at. Default `/`. */
  readonly at?: string
  /** Keep owners. Default false: everything belongs to root, so that an image does not depend on who made it. */
  readonly keepOwners?: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * The content of a directory as entries for an image, sorted by name. Symbolic links stay links; nothing is read but
 * names and attributes.
 *
 * @throws KairosError `input/*`, `iso/unsupported` for a device, pipe or socket, `aborted`
 */
export async function* directoryEntries(
  directory: string,
  options: DirectoryEntriesOptions = {},
): AsyncGenerator<AuthorEntry> {
  const { at = '', signal } = options
  throwIfAborted(signal, `Cannot read ${directory}`)
  const children = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw translateError(error, `Cannot read ${directory}`, 'input/unreadable')
  })
  for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, child.name)
    const target = `${at}/${child.name}`
    yield await entryOf(child, path, target, options)
    if (child.isDirectory()) yield* directoryEntries(path, { ...options, at: target })
  }
}

async function entryOf(child: Dirent, path: string, target: string, options: DirectoryEntriesOptions) {
  try {
    const stats = await lstat(path)
    const attributes = attributesOf(stats, target, options.keepOwners ?? false)
    if (stats.isDirectory()) return { ...attributes, type: 'directory' as const }
    if (stats.isSymbolicLink()) return { ...attributes, type: 'symlink' as const, target: await readlink(path) }
    if (stats.isFile()) return { ...attributes, type: 'file' as const, source: await fileSource(path) }
  } catch (error) {
    throw translateError(error, `Cannot read ${path}`, 'input/unreadable')
  }
  throw new KairosError(
    'iso/unsupported',
    `${path}: a file, directory or symbolic link expected, ${kindOf(child)} found.`,
  )
}

function attributesOf(stats: Stats, path: string, keepOwners: boolean) {
  const owner = keepOwners ? { uid: stats.uid, gid: stats.gid } : {}
  return { path, mode: stats.mode & 0o7777, mtime: stats.mtime, ...owner }
}

function kindOf(child: Dirent): string {
  if (child.isFIFO()) return 'a pipe'
  return child.isSocket() ? 'a socket' : 'a device'
}
