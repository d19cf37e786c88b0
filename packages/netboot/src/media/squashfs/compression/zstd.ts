import { promisify } from 'node:util'
import { constants, zstdCompress, zstdCompressSync } from 'node:zlib'
import { encodeZstdOptions, ZSTD_DEFAULT_LEVEL } from '../structures/compressor-options.js'
import { Compression } from '../structures/superblock.js'
import type { Compressor } from './compressor.js'

const compress = promisify(zstdCompress)

/** Node passes each chunk of output through its thread pool once more: the default of 16 KiB costs half of the speed. */
const CHUNK_BYTES = 256 * 1024

/**
 * zstd, one frame a block.
 *
 * @param level - 1 (fast) to 22 (small)
 */
export function zstdCompressor(level: number): Compressor {
  const settings = (bytes: Uint8Array) => ({
    params: { [constants.ZSTD_c_compressionLevel]: level },
    chunkSize: CHUNK_BYTES,
    // Without it zstd assumes a window of 2 MiB and more, and the kernel refuses windows larger than the image's blocks.
    pledgedSrcSize: bytes.length,
  })
  return {
    id: Compression.zstd,
    flags: 0,
    options: level === ZSTD_DEFAULT_LEVEL ? undefined : encodeZstdOptions(level),
    compress: (bytes) => compress(bytes, settings(bytes)),
    compressSync: (bytes) => zstdCompressSync(bytes, settings(bytes)),
  }
}
