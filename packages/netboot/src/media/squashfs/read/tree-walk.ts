import type { ReadOptions } from '../../../bytes/byte-source.js'
import { readListing } from './directory-reader.js'
import { readEntry, type SquashfsEntry } from './entry.js'
import { damaged, type ImageContext } from './image-context.js'
import { readInode } from './inode-reader.js'

/** The entries of a directory; none when the entry is no directory. */
export async function* listDirectory(
  image: ImageContext,
  directory: SquashfsEntry,
  options: ReadOptions,
  headers?: Set<number>,
): AsyncGenerator<SquashfsEntry> {
  const inode = await readInode(image, directory.reference)
  if (inode.kind !== 'directory') return
  const base = directory.path === '/' ? '' : directory.path
  for await (const { name, reference } of readListing(image, inode, options, headers)) {
    yield await readEntry(image, `${base}/${name}`, reference)
  }
}

/** Everything below a directory, each directory in front of what it holds. */
export async function* walkTree(
  image: ImageContext,
  top: SquashfsEntry,
  options: ReadOptions,
): AsyncGenerator<SquashfsEntry> {
  // Unlike files, a directory has one name. With two, a small image could hold a tree without end.
  const seen = new Set([top.reference])
  // And a listing belongs to one directory, or thousands of them could share one of thousands of files.
  const headers = new Set<number>()
  const open = [listDirectory(image, top, options, headers)]
  try {
    for (let current = open.at(-1); current; current = open.at(-1)) {
      const { value: entry, done } = await current.next()
      if (done) {
        open.pop()
        continue
      }
      if (entry.type === 'directory') {
        if (seen.has(entry.reference)) {
          throw damaged(image, `${entry.path}: a directory of its own expected, one found that is elsewhere too`)
        }
        seen.add(entry.reference)
        open.push(listDirectory(image, entry, options, headers))
      }
      yield entry
    }
  } finally {
    for (const generator of open) await generator.return(undefined)
  }
}
