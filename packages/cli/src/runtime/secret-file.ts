import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { KairosError, translateError } from '@kairos-sdk/core'

const OWNER_ONLY = 0o600

/** A file that appears under its name when it is complete, and that only its owner can read. */
export interface SecretFile extends AsyncDisposable {
  /** As it was given. */
  readonly path: string
  /**
   * Gives the file its contents.
   *
   * @throws KairosError `output/not-writable`, `output/no-space`
   */
  commit(contents: string | Uint8Array): Promise<void>
}

/**
 * Makes sure that a file can be written. A file that is there keeps its contents until `commit`, and then gets no more
 * readers than it had. Disposed without a commit, nothing has changed.
 *
 * @throws KairosError `output/not-writable`, `output/no-space`
 */
export async function openSecretFile(path: string): Promise<SecretFile> {
  try {
    const existing = await statIfThere(path)
    if (existing?.isDirectory()) {
      throw new KairosError('output/not-writable', `Cannot write ${path}: it is a directory.`, { hint: 'Name a file.' })
    }
    // A pipe or a device, such as /dev/stdout, has no contents that could be half written.
    if (existing && !existing.isFile()) return writeThrough(path, await open(path, 'w'))
    const target = existing ? await realpath(path) : path
    const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`)
    const mode = existing ? existing.mode & OWNER_ONLY : OWNER_ONLY
    return writeBeside(path, target, temporary, await open(temporary, 'wx', OWNER_ONLY), mode)
  } catch (error) {
    throw outputError(error, path)
  }
}

function writeThrough(path: string, handle: FileHandle): SecretFile {
  return {
    path,
    async commit(contents) {
      try {
        await handle.writeFile(contents)
      } catch (error) {
        throw outputError(error, path)
      }
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

function writeBeside(path: string, target: string, temporary: string, handle: FileHandle, mode: number): SecretFile {
  let committed = false
  return {
    path,
    async commit(contents) {
      try {
        await handle.writeFile(contents)
        await handle.chmod(mode)
        await handle.sync()
        await handle.close()
        await rename(temporary, target)
        committed = true
      } catch (error) {
        throw outputError(error, path)
      }
    },
    async [Symbol.asyncDispose]() {
      if (committed) return
      await handle.close()
      await rm(temporary, { force: true })
    },
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function outputError(error: unknown, path: string): KairosError {
  const doing = `Cannot write ${path}`
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new KairosError('output/not-writable', `${doing}: its directory does not exist.`, {
      hint: 'Make the directory first.',
      cause: error,
    })
  }
  const translated = translateError(error, doing, 'output/not-writable')
  if (translated.code.startsWith('output/')) return translated
  return new KairosError('output/not-writable', translated.message, { hint: translated.hint, cause: error })
}
