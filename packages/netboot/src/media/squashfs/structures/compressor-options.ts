import { ByteWriter } from '../../../bytes/writer.js'

/** What mksquashfs takes, and readers assume, when an image says nothing. */
export const GZIP_DEFAULT_LEVEL = 9
export const ZSTD_DEFAULT_LEVEL = 15
const GZIP_DEFAULT_WINDOW = 15

/**
 * Compressor options of gzip. They are only there to be shown: decompression does not need them.
 *
 *     Offset  Size  Field
 *     0       4     compression level, 1 to 9
 *     4       2     window size, 8 to 15
 *     6       2     strategies, bits
 */
export function encodeGzipOptions(level: number): Uint8Array {
  return new ByteWriter(8, 'gzip options')
    .uint32le(level, 'level')
    .uint16le(GZIP_DEFAULT_WINDOW, 'window size')
    .uint16le(0, 'strategies').written
}

/**
 * Compressor options of zstd.
 *
 *     Offset  Size  Field
 *     0       4     compression level, 1 to 22
 */
export function encodeZstdOptions(level: number): Uint8Array {
  return new ByteWriter(4, 'zstd options').uint32le(level, 'level').written
}
