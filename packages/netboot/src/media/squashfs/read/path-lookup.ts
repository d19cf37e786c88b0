import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../../bytes/byte-source.js'
import { readListing } from './directory-reader.js'
import { readEntry, type SquashfsEntry } from './entry.js'
import type { ImageContext } from './image-context.js'
import { readInode } from './inode-reader.js'

/** As many links as Linux follows on one path. */
const MAX_LINKS = 40

export interface LookupOptions extends ReadOptions {
  /** Follow the last part of the path too, if it is a link. Default true. */
  readonly followLinks?: boolean | undefined
}

/**
 * Finds the entry that a path leads to. Links are followed as if the image were mounted at `/`.
 *
 * @throws KairosError `squashfs/not-found`, `squashfs/damaged`
 */
export async function lookUp(image: ImageContext, path: string, options: LookupOptions = {}): Promise<SquashfsEntry> {
  const { followLinks = true } = options
  const root = await readEntry(image, '/', image.superblock.rootInode)
  // The next part is the last of the array.
  const rest = parts(path).reverse()
  const way: SquashfsEntry[] = []
  let links = 0
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    if (part === '..') {
      way.pop()
      continue
    }
    const found = await childOf(image, way.at(-1) ?? root, part, options)
    if (!found) throw notFound(image, path)
    if (found.target !== undefined && (rest.length > 0 || followLinks)) {
      if (++links > MAX_LINKS) throw notFound(image, path, 'its symbolic links go in circles')
      if (found.target.startsWith('/')) way.length = 0
      rest.push(...parts(found.target).reverse())
      continue
    }
    way.push(found)
  }
  return way.at(-1) ?? root
}

async function childOf(
  image: ImageContext,
  parent: SquashfsEntry,
  name: string,
  options: ReadOptions,
): Promise<SquashfsEntry | undefined> {
  const inode = await readInode(image, parent.reference)
  if (inode.kind !== 'directory') return undefined
  for await (const listed of readListing(image, inode, options)) {
    const base = parent.path === '/' ? '' : parent.path
    if (listed.name === name) return readEntry(image, `${base}/${name}`, listed.reference)
  }
  return undefined
}

/** The parts of a path, without those that say nothing. */
function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

function notFound(image: ImageContext, path: string, found = 'no such entry found'): KairosError {
  return new KairosError('squashfs/not-found', `${image.source.name}: ${path} expected, ${found}.`, {
    hint: 'List the image to see what is in it.',
  })
}
