import { join } from 'node:path'
import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, fileSource } from '../../bytes/index.js'

/** The files of an image archive by their path in it, whether it is a directory or a tar archive. */
export interface ArchiveFiles {
  /** What it is, for messages. */
  readonly name: string
  /**
   * A file by its path with `/`, without a leading one; `undefined` when there is none.
   *
   * @throws KairosError `image/malformed` for links that lead nowhere or in circles, `input/*`
   */
  file(path: string): Promise<ByteSource | undefined>
}

/** A directory as an archive. Paths are those of the image specification or of digests: they lead nowhere else. */
export function directoryFiles(directory: string): ArchiveFiles {
  return {
    name: directory,
    async file(path) {
      try {
        return await fileSource(join(directory, path))
      } catch (error) {
        if (KairosError.is(error, 'input/not-found')) return undefined
        throw error
      }
    },
  }
}
