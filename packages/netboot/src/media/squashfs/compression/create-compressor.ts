import { KairosError } from '@kairos-sdk/core'
import { Compression, Flag } from '../structures/superblock.js'
import type { CompressionName, Compressor } from './compressor.js'
import { gzipCompressor } from './gzip.js'
import { zstdCompressor } from './zstd.js'

const LEVELS = { zstd: { default: 3, max: 22 }, gzip: { default: 6, max: 9 } } as const

/** @throws KairosError `argument/invalid` for a level that the compression does not have */
export function createCompressor(name: CompressionName, level: number | undefined): Compressor {
  if (name === 'none') return storing
  const levels = LEVELS[name]
  const chosen = level ?? levels.default
  if (!Number.isInteger(chosen) || chosen < 1 || chosen > levels.max) {
    throw new KairosError('argument/invalid', `Level of ${name}: 1 to ${levels.max} expected, ${chosen} found.`)
  }
  return name === 'zstd' ? zstdCompressor(chosen) : gzipCompressor(chosen)
}

/** The format has no number for "nothing": it is gzip, and flags say that it is not used. */
const storing: Compressor = {
  id: Compression.gzip,
  flags: Flag.uncompressedInodes | Flag.uncompressedData | Flag.uncompressedFragments | Flag.uncompressedXattrs,
  options: undefined,
  compress: async (bytes) => bytes,
  compressSync: (bytes) => bytes,
}
