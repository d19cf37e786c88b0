import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { translateError } from '@kairos-sdk/core'
import { fileSource } from '../bytes/file-source.js'
import type { RootFileSystem } from './root-file-system.js'

/** As many links as Linux follows on one path. */
const MAX_LINKS = 40

/**
 * A directory as a root file system, as it would be for a process that has it as its root: absolute links and `..` stay
 * inside of it, so that an unpacked image cannot show files of this machine.
 */
export function directoryRootFileSystem(directory: string): RootFileSystem {
  return {
    name: directory,
    async open(path) {
      try {
        const found = await resolveInside(directory, path)
        return found?.isFile ? await fileSource(found.path) : undefined
      } catch (error) {
        throw translateError(error, `Cannot read ${path} in ${directory}`, 'input/unreadable')
      }
    },
    async list(path) {
      try {
        const found = await resolveInside(directory, path)
        return found?.isDirectory ? await readdir(found.path) : []
      } catch (error) {
        throw translateError(error, `Cannot read ${path} in ${directory}`, 'input/unreadable')
      }
    },
  }
}

interface Resolved {
  /** On this machine. */
  readonly path: string
  readonly isFile: boolean
  readonly isDirectory: boolean
}

/** What a path inside the directory leads to; `undefined` when it leads nowhere. */
async function resolveInside(directory: string, path: string): Promise<Resolved | undefined> {
  const rest = path.split('/')
  let at: string[] = []
  let links = 0
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      at.pop()
      continue
    }
    const next = [...at, part]
    const stats = await statIfThere(join(directory, ...next))
    if (!stats) return undefined
    if (stats.isSymbolicLink()) {
      if (++links > MAX_LINKS) return undefined
      const target = await readlink(join(directory, ...next))
      if (target.startsWith('/')) at = []
      rest.unshift(...target.split('/'))
      continue
    }
    const last = rest.every((each) => each === '' || each === '.')
    if (!stats.isDirectory())
      return last ? { path: join(directory, ...next), isFile: stats.isFile(), isDirectory: false } : undefined
    at = next
  }
  return { path: join(directory, ...at), isFile: false, isDirectory: true }
}

async function statIfThere(path: string) {
  try {
    return await lstat(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
