import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import { type ByteSource, checkRange, type ReadOptions } from '../../../bytes/byte-source.js'
import { decodeBlockWord, SPARSE_BLOCK } from '../structures/block-word.js'
import { decodeFragmentEntry, FRAGMENT_ENTRY_SIZE } from '../structures/fragment-entry.js'
import { blockCount, NO_FRAGMENT } from '../structures/inodes/file.js'
import { structureReader } from '../structures/structure-reader.js'
import { damaged, type ImageContext } from './image-context.js'
import type { ReadInode } from './inode-reader.js'
import { readRecord } from './lookup-table.js'

/** A file's blocks are listed in memory, 12 bytes each: of 8 TiB in blocks of 1 MiB, 1 TiB in blocks of 128 KiB. */
const MAX_BLOCKS = 2 ** 23

/** Block words that are read at once. */
const WORDS_AT_ONCE = 2048

type ReadFile = Extract<ReadInode, { readonly kind: 'file' }>

interface BlockList {
  readonly words: Uint32Array
  /** Where each block lies in the image. */
  readonly starts: Float64Array
}

/**
 * The content of a file as a source. Blocks are read when they are asked for.
 *
 * @throws KairosError `squashfs/unsupported` for a file of more blocks than are kept in memory
 */
export async function fileContent(image: ImageContext, name: string, inode: ReadFile): Promise<ByteSource> {
  const blocks = await readBlockList(image, name, inode)
  const source = {
    name,
    size: inode.size,
    read(offset: number, length: number, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
      checkRange(source, offset, length)
      return chunks(image, name, inode, blocks, offset, length, options)
    },
  }
  return source
}

async function readBlockList(image: ImageContext, name: string, inode: ReadFile): Promise<BlockList> {
  const count = blockCount(inode, image.superblock.blockSize)
  if (count > MAX_BLOCKS) {
    throw new KairosError(
      'squashfs/unsupported',
      `${name}: a file of up to ${MAX_BLOCKS} blocks expected, ${count} found.`,
    )
  }
  const words = new Uint32Array(count)
  const starts = new Float64Array(count)
  let at = inode.start
  for (let from = 0; from < count; from += WORDS_AT_ONCE) {
    const length = Math.min(WORDS_AT_ONCE, count - from)
    const reader = structureReader(await inode.words.read(length * 4), name)
    for (let index = from; index < from + length; index++) {
      const word = reader.uint32le('block')
      words[index] = word
      starts[index] = at
      at += decodeBlockWord(word).size
    }
  }
  return { words, starts }
}

async function* chunks(
  image: ImageContext,
  name: string,
  inode: ReadFile,
  blocks: BlockList,
  offset: number,
  length: number,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  if (length === 0) return
  const { blockSize } = image.superblock
  const end = offset + length
  const load = (index: number) => {
    const loading = index * blockSize < end ? readPart(image, name, inode, blocks, index) : undefined
    // Awaited when its turn comes, which may be never.
    loading?.catch(() => {})
    return loading
  }
  let index = Math.floor(offset / blockSize)
  let loading = load(index)
  while (loading) {
    throwIfAborted(options.signal, `Cannot read ${name}`)
    const part = await loading
    const start = index * blockSize
    loading = load(++index)
    yield part.subarray(Math.max(0, offset - start), Math.min(part.length, end - start))
  }
}

/** What a block's worth of the file holds: a stored block, zeros, or the end of the file in a fragment. */
async function readPart(image: ImageContext, name: string, inode: ReadFile, blocks: BlockList, index: number) {
  const { blockSize } = image.superblock
  const length = Math.min(blockSize, inode.size - index * blockSize)
  if (index >= blocks.words.length) return readTail(image, name, inode, length)
  const word = blocks.words[index] ?? SPARSE_BLOCK
  if (decodeBlockWord(word).size === 0) return new Uint8Array(length)
  const block = await image.blocks.read(blocks.starts[index] ?? 0, word)
  if (block.length !== length) {
    throw damaged(image, `${name}: block ${index}: ${length} bytes expected, ${block.length} found`)
  }
  return block
}

async function readTail(image: ImageContext, name: string, inode: ReadFile, length: number): Promise<Uint8Array> {
  if (inode.fragment === NO_FRAGMENT) throw damaged(image, `${name}: ${length} more bytes expected, the end found`)
  const { fragmentTable, fragmentCount } = image.superblock
  const table = { name: 'fragment table', start: fragmentTable, count: fragmentCount, recordSize: FRAGMENT_ENTRY_SIZE }
  const { start, word } = decodeFragmentEntry(await readRecord(image, table, inode.fragment))
  const fragment = await image.blocks.read(start, word)
  const end = inode.fragmentOffset + length
  if (end > fragment.length) {
    throw damaged(image, `${name}: a fragment of ${end} bytes expected, ${fragment.length} found`)
  }
  return fragment.subarray(inode.fragmentOffset, end)
}
