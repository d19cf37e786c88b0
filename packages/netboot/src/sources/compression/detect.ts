/** What a stream of a tar archive is compressed with, of those that images use. */
export type Compression = 'gzip' | 'zstd' | 'none'

/** Bytes of a stream's start that tell its compression. */
export const MAGIC_SIZE = 6

/** First bytes, and what begins with them. RFC 1952 section 2.3.1, RFC 8878 section 3.1.1. */
const SUPPORTED: readonly (readonly [readonly number[], Compression])[] = [
  [[0x1f, 0x8b, 0x08], 'gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
]

const UNSUPPORTED: readonly (readonly [readonly number[], string])[] = [
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'xz'],
  [[0x42, 0x5a, 0x68], 'bzip2'],
  [[0x04, 0x22, 0x4d, 0x18], 'lz4'],
  [[0x4c, 0x5a, 0x49, 0x50], 'lzip'],
  [[0x1f, 0x9d], 'compress'],
]

/** The compression that a stream beginning like this has; `none` for anything that is not known. */
export function detectCompression(start: Uint8Array): Compression {
  if (isSkippable(start)) return 'zstd'
  return SUPPORTED.find(([magic]) => beginsWith(start, magic))?.[1] ?? 'none'
}

/** The name of a compression that a stream beginning like this may have, and that is not supported. */
export function unsupportedCompression(start: Uint8Array): string | undefined {
  return UNSUPPORTED.find(([magic]) => beginsWith(start, magic))?.[1]
}

/** Skippable frames (RFC 8878 section 3.1.2) come first in what pzstd writes, and hold the index of zstd:chunked layers. */
export function isSkippable(start: Uint8Array): boolean {
  return ((start[0] ?? 0) & 0xf0) === 0x50 && beginsWith(start.subarray(1), [0x2a, 0x4d, 0x18])
}

function beginsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte)
}
