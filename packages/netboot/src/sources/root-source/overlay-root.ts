import { throwIfAborted } from '@kairos-sdk/core'
import { directoryTree } from '../../file-system/directory/index.js'
import type { FileSystemEntry } from '../../file-system/entry.js'
import { overlayEntries } from './overlay-entries.js'
import type { RootSource } from './root-source.js'

/**
 * A root file system with a directory of this machine laid over it, as of {@link overlayEntries}. All that comes from the
 * directory belongs to root, whoever has it here: files of a project's checkout would else belong to some user there.
 *
 * @throws KairosError those of `directoryTree` and of the source, while reading
 */
export function overlayRoot(root: RootSource, directory: string): RootSource {
  return {
    name: root.name,
    architecture: root.architecture,
    date: root.date,
    entries(options = {}) {
      const { signal } = options
      throwIfAborted(signal, `Cannot read ${directory}`)
      return overlayEntries(ownedByRoot(directoryTree(directory, { signal })), () => root.entries(options))
    },
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  }
}

async function* ownedByRoot(entries: AsyncIterable<FileSystemEntry>): AsyncGenerator<FileSystemEntry> {
  for await (const entry of entries) yield entry.type === 'hardlink' ? entry : { ...entry, uid: 0, gid: 0 }
}
