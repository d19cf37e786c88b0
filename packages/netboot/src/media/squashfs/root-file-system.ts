import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../bytes/byte-source.js'
import type { RootFileSystem } from '../../file-system/root-file-system.js'
import type { SquashfsImage } from './read/squashfs-image.js'

/** A squashfs image as a root file system to look for files in. Files are read out of it as byte sources, not extracted. */
export function squashfsRootFileSystem(image: SquashfsImage, options: ReadOptions = {}): RootFileSystem {
  const found = async (path: string) => {
    try {
      return await image.stat(path, options)
    } catch (error) {
      if (KairosError.is(error) && error.code === 'squashfs/not-found') return undefined
      throw error
    }
  }
  return {
    name: image.name,
    async open(path) {
      const entry = await found(path)
      return entry?.type === 'file' ? image.open(entry, options) : undefined
    },
    async list(path) {
      const entry = await found(path)
      const names: string[] = []
      if (entry?.type === 'directory') for await (const { name } of image.list(path, options)) names.push(name)
      return names
    },
  }
}
