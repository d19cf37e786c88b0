import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { KairosError, translateError } from '@kairos-sdk/core'
import { type ByteSource, fileSource } from '../../bytes/index.js'

/** Files that are named by their content. */
const BLOB = /^blobs\/(?:sha256\/[0-9a-f]{64}|sha512\/[0-9a-f]{128})$/

/** The files of an image archive by their path in it, whether it is a directory or a tar archive. */
export interface ArchiveFiles {
  /** What it is, for messages. */
  readonly name: string
  /**
   * A file by its path with `/`, without a leading one; `undefined` when there is none.
   *
   * @throws KairosError `image/malformed` for what leads out of it; `input/*`
   */
  file(path: string): Promise<ByteSource | undefined>
}

/**
 * A directory as an archive. `manifest.json` names files by any path: none leads out of the directory, nor do links. Blobs may be
 * links to elsewhere, as LXC and rules for Bazel share them: what they give is compared with their digest.
 */
export function directoryFiles(directory: string): ArchiveFiles {
  return {
    name: directory,
    async file(path) {
      try {
        const place = await placeOf(join(directory, path))
        if (!BLOB.test(path) && !isInside(place, await placeOf(directory))) throw leadsOut(directory, path)
        return await fileSource(place)
      } catch (error) {
        if (KairosError.is(error, 'input/not-found')) return undefined
        throw error
      }
    },
  }
}

/** Where a path leads, with links followed. */
async function placeOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    throw translateError(error, `Cannot read ${path}`, 'input/unreadable')
  }
}

function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function leadsOut(directory: string, path: string): KairosError {
  const found = `${JSON.stringify(path)} found, which leads elsewhere`
  return new KairosError('image/malformed', `${directory}: files inside of it expected, ${found}.`, {
    hint: 'It asks for other files of this machine. If they belong to it, copy it with its links followed: cp -rL',
  })
}
