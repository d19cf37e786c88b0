import { chmod, lstat, mkdir, readdir, rename } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import type { HostPath } from './host-path.js'
import { outputError } from './output-error.js'
import { type WorkBesideOptions, workBeside, workDirectoryOf } from './work-beside.js'

/**
 * Lets `fill` make a directory with all that is in it. A new one appears under its name only when it is complete. One that is
 * there and empty stays the very same: it may be a mount point, or where a shell is. It is filled in a hidden directory inside
 * of it, `.content.part`, and when all is there, what is at the top gets its names. Whatever goes wrong, nothing is left
 * behind; what a process has left that was killed is removed by the next call.
 *
 * @param fill - gets the path of an empty directory on the same file system, and whether the content of that will be moved to
 *   one that exists instead of the directory itself
 * @throws KairosError `output/not-writable` also for what is there and is not an empty directory, `output/no-space`,
 *   `input/not-permitted`, `aborted`, and what `fill` throws
 */
export async function fillDirectory<T>(
  path: string,
  fill: (tree: string, exists: boolean) => Promise<T>,
  options: Omit<WorkBesideOptions, 'name'> = {},
): Promise<T> {
  const doing = `Cannot write ${path}`
  const exists = await isEmptyDirectory(path, doing)
  const output = exists ? insideOf(path) : path
  return await workBeside(
    output,
    async (directory) => {
      // Who was waited for may have filled it.
      await isEmptyDirectory(path, doing)
      const tree = join(directory, 'tree')
      await mkdir(tree)
      const result = await fill(tree, exists)
      throwIfAborted(options.signal, doing)
      if (exists) await moveContent(tree, path, doing)
      else await move(tree, path)
      return result
    },
    { ...options, name: path },
  )
}

function insideOf(path: string): string {
  return join(resolve(path), 'content')
}

/** Renames all that is in one directory into another. All of it, or nothing. */
async function moveContent(from: string, to: string, doing: string): Promise<void> {
  await isEmptyDirectory(to, doing)
  const moved: Buffer[] = []
  try {
    await chmod(from, 0o700)
    for (const name of await readdir(from, { encoding: 'buffer' })) {
      await move(pathOf(from, name), pathOf(to, name))
      moved.push(name)
    }
  } catch (error) {
    for (const name of moved) await move(pathOf(to, name), pathOf(from, name)).catch(() => undefined)
    throw error
  }
}

/** Systems refuse to move a directory that its owner cannot write to. */
async function move(from: HostPath, to: HostPath): Promise<void> {
  const found = await lstat(from)
  const mode = found.mode & 0o7777
  if (!found.isDirectory() || (mode & 0o200) !== 0) return await rename(from, to)
  await chmod(from, mode | 0o200)
  await rename(from, to)
  await chmod(to, mode)
}

/** As bytes: not every name is UTF-8. */
function pathOf(directory: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(directory + sep), name])
}

/**
 * @returns false for what is not there
 * @throws KairosError `output/not-writable` for what is there and is not an empty directory
 */
async function isEmptyDirectory(path: string, doing: string): Promise<boolean> {
  let names: string[]
  try {
    names = await readdir(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return false
    if (code === 'ENOTDIR') throw notEmpty(path, 'a file')
    throw outputError(error, doing)
  }
  const work = basename(workDirectoryOf(insideOf(path)))
  if (names.every((name) => name === work)) return true
  throw notEmpty(path, 'one with files')
}

function notEmpty(path: string, found: string): KairosError {
  return new KairosError('output/not-writable', `${path}: a new or empty directory expected, ${found} found.`, {
    hint: 'Name another directory: the files of an image are not mixed with others.',
  })
}
