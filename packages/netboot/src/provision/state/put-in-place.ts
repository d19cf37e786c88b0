import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { translateError } from '@kairos-sdk/core'
import { syncDirectory } from '../../output/sync-directory.js'
import type { ResultFile } from '../results.js'
import type { StatePaths } from './state-paths.js'

/**
 * Gives an image that is complete its name. The checksum of the one before goes first: beside a new image it would be a lie, if
 * this is where it ends.
 *
 * @throws KairosError `output/*`
 */
export async function putInPlace(from: string, path: string): Promise<void> {
  try {
    await rm(`${path}.sha256`, { force: true })
    await rename(from, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    throw translateError(error, `Cannot write ${path}`, 'output/not-writable')
  }
}

/**
 * Writes a small file, which is there as a whole or not at all. One that is there with the same content stays.
 *
 * @param mode - its permissions. Default 0o644 less the umask
 * @throws KairosError `output/*`
 */
export async function putText(
  paths: StatePaths,
  path: string,
  text: string,
  mode = 0o644 & ~process.umask(),
): Promise<ResultFile> {
  const size = Buffer.byteLength(text)
  const result: ResultFile = { path, size, sha256: undefined, secret: (mode & 0o077) === 0 }
  if (await isThere(path, text, mode)) return result
  const part = join(paths.work, `${randomUUID()}-${basename(path)}`)
  try {
    const file = await open(part, 'w', mode)
    try {
      await file.chmod(mode)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, path)
    await syncDirectory(dirname(path))
    return result
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    throw translateError(error, `Cannot write ${path}`, 'output/not-writable')
  }
}

async function isThere(path: string, text: string, mode: number): Promise<boolean> {
  try {
    return ((await stat(path)).mode & 0o777) === mode && (await readFile(path, 'utf8')) === text
  } catch {
    return false
  }
}

/** Writes the checksum of an image beside it, as the manual has it: `<hex> NAME.iso`. */
export async function putChecksum(paths: StatePaths, path: string, sha256: string): Promise<ResultFile> {
  return await putText(paths, `${path}.sha256`, `${sha256} ${basename(path)}\n`)
}
