import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../../bytes/byte-source.js'
import { FileType } from '../structures/rock-ridge/posix-attributes.js'
import { directoryEntries, type TreeEntry } from './directory-entries.js'
import type { DirectoryTree } from './directory-tree.js'
import type { ImageMetadata } from './image-metadata.js'

/** As many links as Linux follows on one path. */
const MAX_LINKS = 40

export interface LookupOptions extends ReadOptions {
  /** Follow the last part of the path too, if it is a link. Default true. */
  readonly followLinks?: boolean | undefined
}

/**
 * Finds the entry that a path leads to.
 *
 * @throws KairosError `iso/not-found`, `iso/damaged`
 */
export async function lookUp(
  image: ImageMetadata,
  tree: DirectoryTree,
  path: string,
  options: LookupOptions = {},
): Promise<TreeEntry> {
  const { followLinks = true } = options
  const rest = parts(path)
  const way: TreeEntry[] = [rootEntry(tree)]
  let links = 0
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '..') {
      if (way.length > 1) way.pop()
      continue
    }
    const at = way.at(-1)
    const found = at?.directory && (await entryOf(image, tree, at, part, options))
    if (!found) throw notFound(image, path)
    if (found.type === 'symlink' && found.target !== undefined && (rest.length > 0 || followLinks)) {
      if (++links > MAX_LINKS) throw notFound(image, path, 'its symbolic links go in circles')
      if (found.target.startsWith('/')) way.length = 1
      rest.unshift(...parts(found.target))
      continue
    }
    way.push(found)
  }
  return way.at(-1) ?? rootEntry(tree)
}

/** The parts of a path, without those that say nothing. */
export function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

export function rootEntry(tree: DirectoryTree): TreeEntry {
  return {
    path: '/',
    name: '',
    type: 'directory',
    size: 0,
    mode: FileType.directory | 0o555,
    user: 0,
    group: 0,
    modifiedAt: undefined,
    target: undefined,
    extents: [],
    records: [],
    directory: tree.root,
  }
}

async function entryOf(
  image: ImageMetadata,
  tree: DirectoryTree,
  parent: TreeEntry,
  name: string,
  options: ReadOptions,
): Promise<TreeEntry | undefined> {
  if (!parent.directory) return undefined
  let alike: TreeEntry | undefined
  for await (const entry of directoryEntries(image, tree, parent.directory, parent.path, options)) {
    if (entry.name === name) return entry
    // Outside of Rock Ridge the case of a name is the authoring program's choice, not the author's.
    if (tree.kind !== 'rock-ridge' && entry.name.toLowerCase() === name.toLowerCase()) alike ??= entry
  }
  return alike
}

function notFound(image: ImageMetadata, path: string, found = 'no such entry found'): KairosError {
  return new KairosError('iso/not-found', `${image.source.name}: ${path} expected, ${found}.`, {
    hint: 'List the image to see what is in it.',
  })
}
