import type { ReadOptions } from '../../../bytes/byte-source.js'
import { readListing } from './directory-reader.js'
import { readEntry, type SquashfsEntry } from './entry.js'
import { damaged, type ImageContext } from './image-context.js'
import { readInode } from './inode-reader.js'

/** As much as a metadata block of 8 KiB shrinks at best: nothing fits into less than a header and a frame. */
const MAX_RATIO = 512

/** The entries of a directory; none when the entry is no directory. */
export async function* listDirectory(
  image: ImageContext,
  directory: SquashfsEntry,
  options: ReadOptions,
  budget?: ListingBudget,
): AsyncGenerator<SquashfsEntry> {
  const inode = await readInode(image, directory.reference)
  if (inode.kind !== 'directory') return
  budget?.spend(inode.listingSize)
  const base = directory.path === '/' ? '' : directory.path
  for await (const { name, reference } of readListing(image, inode, options)) {
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
  const budget = new ListingBudget(image)
  const open = [listDirectory(image, top, options, budget)]
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
        open.push(listDirectory(image, entry, options, budget))
      }
      yield entry
    }
  } finally {
    for (const generator of open) await generator.return(undefined)
  }
}

/**
 * Bytes of listings that the directory table can hold. Without it, thousands of directories could share one listing of
 * thousands of files, and a small image hold billions of entries.
 */
class ListingBudget {
  readonly #image: ImageContext
  #left: number

  constructor(image: ImageContext) {
    this.#image = image
    this.#left = (image.superblock.bytesUsed - image.superblock.directoryTable) * MAX_RATIO
  }

  spend(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw damaged(this.#image, 'directories of their own listings expected, shared ones found')
  }
}
