import type { ReadOptions } from '../../../bytes/byte-source.js'
import type { FileSystemEntry } from '../../../file-system/entry.js'
import type { SquashfsEntry } from './entry.js'
import type { SquashfsImage } from './squashfs-image.js'

/** What lies in an image, as entries to make a file system of. */
export async function* imageEntries(image: SquashfsImage, options: ReadOptions): AsyncGenerator<FileSystemEntry> {
  const firstNames = new Map<number, string>()
  yield* entryOf(image, await image.stat('/', options), firstNames, options)
  for await (const entry of image.walk('/', options)) yield* entryOf(image, entry, firstNames, options)
}

async function* entryOf(
  image: SquashfsImage,
  entry: SquashfsEntry,
  firstNames: Map<number, string>,
  options: ReadOptions,
): AsyncGenerator<FileSystemEntry> {
  const { path, type, mode, uid, gid, mtime } = entry
  if (type !== 'directory' && entry.links > 1) {
    const target = firstNames.get(entry.reference)
    if (target !== undefined) {
      yield { type: 'hardlink', path, target }
      return
    }
    firstNames.set(entry.reference, path)
  }
  const attributes = { path, mode, uid, gid, mtime, xattrs: await image.xattrs(entry, options) }
  switch (type) {
    case 'file':
      yield { type, ...attributes, source: await image.open(entry, options) }
      return
    case 'symlink':
      yield { type, ...attributes, target: entry.target ?? '' }
      return
    case 'block-device':
    case 'character-device':
      yield { type, ...attributes, major: entry.device?.major ?? 0, minor: entry.device?.minor ?? 0 }
      return
    default:
      yield { type, ...attributes }
  }
}
