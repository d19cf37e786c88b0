import { KairosError, translateError } from '@kairos-sdk/core'
import { fileSource } from '../../../bytes/file-source.js'
import { DiskFile } from '../../../file-system/directory/disk-file.js'
import { type FoundFile, walkDirectory } from '../../../file-system/directory/index.js'
import { decodeName } from '../../../file-system/name.js'
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
  const { at = '', keepOwners = false, signal } = options
  for await (const found of walkDirectory(directory, { signal })) {
    if (found.path !== '/') yield await entryOf(found, `${at}${found.path}`, keepOwners)
  }
}

async function entryOf(found: FoundFile, path: string, keepOwners: boolean): Promise<AuthorEntry> {
  const { diskPath, stats, target } = found
  const owner = keepOwners ? { uid: Number(stats.uid), gid: Number(stats.gid) } : {}
  const mtime = new Date(Number(stats.mtimeNs / 1_000_000n))
  const attributes = { path, mode: Number(stats.mode & 0o7777n), mtime, ...owner }
  const name = decodeName(diskPath)
  if (stats.isDirectory()) return { ...attributes, type: 'directory' }
  if (target !== undefined) return { ...attributes, type: 'symlink', target }
  if (!stats.isFile()) {
    const kind = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device'
    throw new KairosError('iso/unsupported', `${name}: a file, directory or symbolic link expected, ${kind} found.`)
  }
  try {
    return { ...attributes, type: 'file', source: name.isWellFormed() ? await fileSource(name) : new DiskFile(found) }
  } catch (error) {
    throw translateError(error, `Cannot read ${name}`, 'input/unreadable')
  }
}
