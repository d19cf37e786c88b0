import { promisify } from 'node:util'
import { deflate, deflateSync } from 'node:zlib'
import { encodeGzipOptions, GZIP_DEFAULT_LEVEL } from '../structures/compressor-options.js'
import { Compression } from '../structures/superblock.js'
import type { Compressor } from './compressor.js'

const compress = promisify(deflate)

/** As for zstd. */
const CHUNK_BYTES = 256 * 1024

/**
 * What squashfs calls gzip is the zlib format (RFC 1950).
 *
 * @param level - 1 (fast) to 9 (small)
 */
export function gzipCompressor(level: number): Compressor {
  const settings = { level, chunkSize: CHUNK_BYTES }
  return {
    id: Compression.gzip,
    flags: 0,
    options: level === GZIP_DEFAULT_LEVEL ? undefined : encodeGzipOptions(level),
    compress: (bytes) => compress(bytes, settings),
    compressSync: (bytes) => deflateSync(bytes, settings),
  }
}
