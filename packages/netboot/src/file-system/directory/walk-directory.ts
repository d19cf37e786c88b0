import type { BigIntStats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { throwIfAborted, translateError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../bytes/byte-source.js'
import { decodeName, encodeName } from '../name.js'

/** Attributes that are asked for at a time: the thread pool has four threads, and a directory may have millions of names. */
const BATCH = 64

/** Something that was found in a directory. */
export interface FoundFile {
  /** Path from the directory with a leading slash; `/` is the directory itself. Text as of `decodeName`. */
  readonly path: string
  /** Where it is on the disk. Bytes: names need not be UTF-8. */
  readonly diskPath: Buffer
  readonly stats: BigIntStats
  /** Where a symbolic link leads, else undefined. Text as of `decodeName`. */
  readonly target: string | undefined
}

/**
 * Everything in a directory, and first itself: parents before what they hold, names sorted by their bytes. Symbolic links
 * are not followed, but for one as which the directory itself is named.
 *
 * @throws KairosError `input/*`, `aborted`
 */
export async function* walkDirectory(directory: string, options: ReadOptions = {}): AsyncGenerator<FoundFile> {
  // Named with a slash, a link to a directory is the directory.
  const root = Buffer.from(encodeName(directory.endsWith('/') ? directory : `${directory}/`))
  const found = await find('/', root)
  yield found
  yield* walkBelow('', root, options)
}

async function* walkBelow(path: string, diskPath: Buffer, options: ReadOptions): AsyncGenerator<FoundFile> {
  const names = await attempt(diskPath, () => readdir(diskPath, { encoding: 'buffer' }))
  names.sort(Buffer.compare)
  for (let at = 0; at < names.length; at += BATCH) {
    throwIfAborted(options.signal, `Cannot read ${decodeName(diskPath)}`)
    const batch = names.slice(at, at + BATCH)
    const found = await Promise.all(
      batch.map((name) => find(`${path}/${decodeName(name)}`, Buffer.concat([diskPath, name]))),
    )
    for (const file of found) {
      yield file
      if (file.stats.isDirectory()) {
        yield* walkBelow(file.path, Buffer.concat([file.diskPath, Buffer.from('/')]), options)
      }
    }
  }
}

async function find(path: string, diskPath: Buffer): Promise<FoundFile> {
  return await attempt(diskPath, async () => {
    const stats = await lstat(diskPath, { bigint: true })
    const target = stats.isSymbolicLink() ? decodeName(await readlink(diskPath, 'buffer')) : undefined
    return { path, diskPath, stats, target }
  })
}

async function attempt<T>(diskPath: Uint8Array, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw translateError(error, `Cannot read ${decodeName(diskPath)}`, 'input/unreadable')
  }
}
