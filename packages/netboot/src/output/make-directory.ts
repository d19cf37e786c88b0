import { lstat, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KairosError, translateError } from '@kairos-sdk/core'

export interface MakeDirectoryOptions {
  /** Of each directory that is made, less the process's umask. 0o777 by default. */
  readonly mode?: number | undefined
}

/** Between two steps others may remove what was made, as those do who give up a lock. */
const ATTEMPTS = 10

/**
 * Makes a directory, with those on the way to it, unless it is there. One step at a time: where the file system takes no
 * directories, below /proc for example, Node's own way never comes back, and it calls a read-only one absent.
 *
 * @throws KairosError `output/not-writable`, `output/no-space`, `input/not-found` when a part of the
 *   path is a file
 */
export async function makeDirectory(path: string, { mode }: MakeDirectoryOptions = {}): Promise<void> {
  const doing = `Cannot make the directory ${path}`
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) if (await makeWithParents(path, mode)) return
  } catch (error) {
    throw translateError(error, doing, 'output/not-writable')
  }
  throw new KairosError('output/not-writable', `${doing}: its file system takes no new directories.`, {
    hint: 'Write somewhere else.',
  })
}

/** False when it, or a parent, is missing although it was there or has been made. */
async function makeWithParents(path: string, mode: number | undefined): Promise<boolean> {
  if (await makeOne(path, mode)) return true
  const parent = dirname(path)
  return parent !== path && (await makeWithParents(parent, mode)) && (await makeOne(path, mode))
}

/** False when its parent is missing, or when it was there and is gone. */
async function makeOne(path: string, mode: number | undefined): Promise<boolean> {
  try {
    await mkdir(path, { mode })
    return true
  } catch (error) {
    if (isMissing(error)) return false
    // Systems differ in what they say of one that is there.
    if (await isDirectory(path)) return true
    // Gone meanwhile; a link that leads nowhere is there.
    if (hasCode(error, 'EEXIST') && (await lstat(path).then(() => false, isMissing))) return false
    throw error
  }
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT')
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
