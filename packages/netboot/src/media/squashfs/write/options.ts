import { availableParallelism } from 'node:os'
import { KairosError, type OperationOptions, type ProgressEvent } from '@kairos-sdk/core'
import { imageDate } from '../../source-date.js'
import type { CompressionName, Compressor } from '../compression/compressor.js'
import { createCompressor } from '../compression/create-compressor.js'
import { MAX_BLOCK_SIZE, MIN_BLOCK_SIZE } from '../structures/superblock.js'
import { storedTime } from './entry-node.js'

/** `content` while entries are read and stored, `tables` when all are known. `done` counts bytes of content. */
export interface SquashfsProgress extends ProgressEvent<'content' | 'tables'> {
  readonly done: number
  readonly unit: 'bytes'
}

export interface SquashfsOptions extends OperationOptions<SquashfsProgress> {
  /** Default `zstd`, which Linux reads since 4.14. */
  readonly compression?: CompressionName | undefined
  /** Of zstd 1 to 22, default 3; of gzip 1 to 9, default 6. More is smaller and slower. */
  readonly level?: number | undefined
  /** Bytes of a data block, a power of two from 4 KiB to 1 MiB. Larger is smaller images. Default 1 MiB. */
  readonly blockSize?: number | undefined
  /**
   * Blocks that are compressed at the same time. Default: the processors there are. Node's thread pool does the work: its
   * size, `UV_THREADPOOL_SIZE` (4 when the process did not set it), is the limit.
   */
  readonly concurrency?: number | undefined
  /** When the image was made, also for entries without a time. Default: `SOURCE_DATE_EPOCH`, else now. */
  readonly date?: Date | undefined
  /** Store equal contents once. Default true. */
  readonly deduplicate?: boolean | undefined
  /**
   * Pack the ends of files larger than a block together too, not only small files. Default false: in blocks of 1 MiB it
   * saves nothing (a mixed tree of 1.1 GB: 260.8 MB with it, 260.6 MB without), and to read an end costs a block of others.
   */
  readonly packTails?: boolean | undefined
  /** Write the table by which an NFS server finds inodes. Default true. */
  readonly exportable?: boolean | undefined
}

export interface Settings {
  readonly compressor: Compressor
  readonly blockSize: number
  readonly inFlight: number
  /** Seconds since 1970. */
  readonly time: number
  readonly deduplicate: boolean
  readonly packTails: boolean
  readonly exportable: boolean
}

/** @throws KairosError `argument/invalid` */
export function settingsOf(options: SquashfsOptions): Settings {
  const { compression = 'zstd', blockSize = MAX_BLOCK_SIZE, concurrency = availableParallelism() } = options
  if (!Number.isInteger(Math.log2(blockSize)) || blockSize < MIN_BLOCK_SIZE || blockSize > MAX_BLOCK_SIZE) {
    const expected = `a power of two from ${MIN_BLOCK_SIZE} to ${MAX_BLOCK_SIZE}`
    throw new KairosError('argument/invalid', `Block size: ${expected} expected, ${blockSize} found.`)
  }
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new KairosError('argument/invalid', `Concurrency: 1 or more expected, ${concurrency} found.`)
  }
  return {
    compressor: createCompressor(compression, options.level),
    blockSize,
    // A block that waits for each that is compressed: no thread is idle while the main one writes or reads.
    inFlight: concurrency * 2,
    time: storedTime(imageDate(options.date)),
    deduplicate: options.deduplicate ?? true,
    packTails: options.packTails ?? false,
    exportable: options.exportable ?? true,
  }
}
