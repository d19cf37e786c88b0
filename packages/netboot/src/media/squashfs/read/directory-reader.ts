import { throwIfAborted } from '@kairos-sdk/core'
import type { ReadOptions } from '../../../bytes/byte-source.js'
import { decodeName } from '../../../file-system/name.js'
import {
  DIRECTORY_ENTRY_SIZE,
  DIRECTORY_HEADER_SIZE,
  decodeDirectoryHeader,
  decodeDirectoryRecord,
} from '../structures/directory-listing.js'
import type { DirectoryInode } from '../structures/inodes/directory.js'
import { encodeReference } from '../structures/metadata-reference.js'
import { structureReader } from '../structures/structure-reader.js'
import { damaged, type ImageContext } from './image-context.js'

export interface ListedName {
  readonly name: string
  /** Inode reference. */
  readonly reference: number
}

/**
 * The names in a directory, in the order of the image.
 *
 * @param seenHeaders - metadata references of headers that other listings had, and must not be in this one; it is added to
 * @throws KairosError `squashfs/damaged` also for names that no file can have: with a slash they would lead elsewhere
 */
export async function* readListing(
  image: ImageContext,
  directory: DirectoryInode,
  options: ReadOptions,
  seenHeaders?: Set<number>,
): AsyncGenerator<ListedName> {
  const cursor = image.metadata.cursor(image.superblock.directoryTable + directory.block, directory.offset)
  let left = directory.listingSize
  const next = async (length: number) => {
    left -= length
    if (left < 0) throw damaged(image, `directory: ${directory.listingSize} bytes expected, more found`)
    return cursor.read(length)
  }
  while (left > 0) {
    throwIfAborted(options.signal, `Cannot read ${image.source.name}`)
    const position = encodeReference(cursor.position)
    if (seenHeaders?.has(position)) {
      throw damaged(image, 'a directory with its own listing expected, one with that of another found')
    }
    seenHeaders?.add(position)
    const header = decodeDirectoryHeader(structureReader(await next(DIRECTORY_HEADER_SIZE), 'directory header'))
    for (let index = 0; index < header.count; index++) {
      const record = decodeDirectoryRecord(structureReader(await next(DIRECTORY_ENTRY_SIZE), 'directory entry'))
      const name = decodeName(await next(record.nameSize))
      if (name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
        throw damaged(image, `directory: the name of a file expected, ${JSON.stringify(name)} found`)
      }
      yield { name, reference: encodeReference({ block: header.block, offset: record.offset }) }
    }
  }
}
