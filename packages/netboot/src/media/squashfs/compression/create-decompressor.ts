import { promisify } from 'node:util'
import { constants, inflate, inflateSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'
import { KairosError } from '@kairos-sdk/core'
import { METADATA_SIZE } from '../structures/metadata-header.js'
import { Compression } from '../structures/superblock.js'
import type { Decompressor } from './decompressor.js'
import { decodeLz4Block } from './lz4.js'

const inflateAsync = promisify(inflate)
const zstdDecompressAsync = promisify(zstdDecompress)

/** Output is made in chunks of at most this size, each a trip through the thread pool. */
const CHUNK_BYTES = 256 * 1024

/**
 * @param name - of the image, for messages
 * @throws KairosError `squashfs/unsupported` for a compression that Node does not have
 */
export function createDecompressor(name: string, compression: number, blockSize: number): Decompressor {
  if (compression === Compression.gzip) return gzip
  if (compression === Compression.zstd) return zstd(blockSize)
  if (compression === Compression.lz4) return lz4
  const [found = `number ${compression}`] =
    Object.entries(Compression).find(([, number]) => number === compression) ?? []
  throw new KairosError(
    'squashfs/unsupported',
    `${name}: an image compressed with zstd, gzip or lz4 expected, ${found} found.`,
    { hint: 'Node has no decompression for it. Make the image again: unsquashfs, then mksquashfs -comp zstd.' },
  )
}

const gzip: Decompressor = {
  decompress: (bytes, limit) => inflateAsync(bytes, { maxOutputLength: limit, chunkSize: chunkSize(limit) }),
  decompressSync: (bytes, limit) => inflateSync(bytes, { maxOutputLength: limit, chunkSize: chunkSize(limit) }),
}

function zstd(blockSize: number): Decompressor {
  // The kernel's limit too. Without it, a frame of some bytes could ask for a window of 128 MiB.
  const windowLogMax = Math.log2(Math.max(blockSize, METADATA_SIZE))
  const settings = (limit: number) => ({
    maxOutputLength: limit,
    chunkSize: chunkSize(limit),
    params: { [constants.ZSTD_d_windowLogMax]: windowLogMax },
  })
  return {
    decompress: (bytes, limit) => zstdDecompressAsync(bytes, settings(limit)),
    decompressSync: (bytes, limit) => zstdDecompressSync(bytes, settings(limit)),
  }
}

const lz4: Decompressor = {
  decompress: async (bytes, limit) => decodeLz4Block(bytes, limit),
  decompressSync: decodeLz4Block,
}

function chunkSize(limit: number): number {
  return Math.min(Math.max(limit, 64), CHUNK_BYTES)
}
