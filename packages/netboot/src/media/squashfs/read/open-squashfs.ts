import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import { type ByteSource, type ReadOptions, readFully } from '../../../bytes/byte-source.js'
import { createDecompressor } from '../compression/create-decompressor.js'
import { decodeSuperblock, SUPERBLOCK_SIZE } from '../structures/superblock.js'
import { BlockReader } from './block-reader.js'
import { readEntry, type SquashfsEntry } from './entry.js'
import { fileContent } from './file-content.js'
import type { ImageContext } from './image-context.js'
import { imageEntries } from './image-entries.js'
import { readInode } from './inode-reader.js'
import { MetadataReader } from './metadata-reader.js'
import { type LookupOptions, lookUp } from './path-lookup.js'
import type { SquashfsImage } from './squashfs-image.js'
import { listDirectory, walkTree } from './tree-walk.js'
import { readXattrs } from './xattr-reader.js'

/**
 * Opens a squashfs 4.0 image: compressed with zstd, gzip or lz4, or not. Some kilobytes are read at once, all else when it
 * is asked for. The source may be longer than the image, as a partition is.
 *
 * @throws KairosError `squashfs/not-an-image`, `squashfs/damaged` also for an image that is cut off,
 *   `squashfs/unsupported` for other versions and for xz, lzo and lzma, which Node cannot decompress; `input/*`, `aborted`
 */
export async function openSquashfs(source: ByteSource, options: ReadOptions = {}): Promise<SquashfsImage> {
  throwIfAborted(options.signal, `Cannot read ${source.name}`)
  const head = await readFully(source, 0, Math.min(SUPERBLOCK_SIZE, source.size), options)
  const superblock = decodeSuperblock(head, source.name)
  if (superblock.bytesUsed > source.size) {
    throw new KairosError(
      'squashfs/damaged',
      `${source.name}: an image of ${superblock.bytesUsed} bytes expected, ${source.size} found.`,
      { hint: 'It is cut off: get it again.' },
    )
  }
  const { blockSize, bytesUsed: end } = superblock
  const decompressor = createDecompressor(source.name, superblock.compression, blockSize)
  const context = {
    source,
    superblock,
    metadata: new MetadataReader(source, decompressor, end),
    blocks: new BlockReader({ source, decompressor, blockSize, end }),
  }
  // Shows at once whether the tables can be read at all.
  await readEntry(context, '/', superblock.rootInode)
  return imageOf(context)
}

function imageOf(context: ImageContext): SquashfsImage {
  const { source, superblock } = context
  const entryOf = (named: string | SquashfsEntry, options?: LookupOptions) =>
    typeof named === 'string' ? lookUp(context, named, options) : Promise.resolve(named)
  const image: SquashfsImage = {
    name: source.name,
    superblock,
    async *list(path, options = {}) {
      const directory = await lookUp(context, path, options)
      if (directory.type !== 'directory') throw wrongType(context, directory, 'a directory')
      yield* listDirectory(context, directory, options)
    },
    async *walk(path = '/', options = {}) {
      const top = await lookUp(context, path, options)
      if (top.type !== 'directory') throw wrongType(context, top, 'a directory')
      yield* walkTree(context, top, options)
    },
    stat: (path, options) => lookUp(context, path, options),
    async readlink(path, options = {}) {
      const link = await lookUp(context, path, { ...options, followLinks: false })
      if (link.target === undefined) throw wrongType(context, link, 'a symbolic link')
      return link.target
    },
    async open(file, options) {
      const entry = await entryOf(file, options)
      const inode = await readInode(context, entry.reference)
      if (inode.kind === 'directory') {
        throw new KairosError('input/is-a-directory', `${entry.path}: a file expected, a directory found.`)
      }
      if (inode.kind !== 'file') throw wrongType(context, entry, 'a file')
      return fileContent(context, entry.path, inode)
    },
    async xattrs(named, options) {
      const entry = await entryOf(named, options)
      return readXattrs(context, (await readInode(context, entry.reference)).xattr)
    },
    entries: (options = {}) => imageEntries(image, options),
  }
  return image
}

function wrongType(context: ImageContext, entry: SquashfsEntry, expected: string): KairosError {
  const found = `${entry.type.replace('-', ' ')} found`
  return new KairosError('squashfs/not-found', `${context.source.name}: ${entry.path}: ${expected} expected, ${found}.`)
}
