import { KairosError } from '@kairos-sdk/core'
import { type ByteSource, type ReadOptions, readFully } from '../../../bytes/byte-source.js'
import { cachedSource } from '../../../bytes/cached-source.js'
import { SECTOR_SIZE } from '../structures/sector.js'

/** Where bytes lie in an image. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/**
 * The structures of an image: reads of them are checked against the end of the image and kept for a while, since
 * directories lie close together.
 */
export interface ImageMetadata {
  readonly source: ByteSource
  /**
   * Reads the bytes of a structure.
   *
   * @param what - what it is, to begin the error message with
   * @throws KairosError `iso/damaged` for a range that is not inside the image
   */
  bytes(range: ByteRange, what: string, options?: ReadOptions): Promise<Uint8Array>
}

/** @param cached - where the bytes are read from, when it is not a cache of `source` */
export function imageMetadata(source: ByteSource, cached = cachedSource(source)): ImageMetadata {
  return {
    source,
    bytes: async (range, what, options) => {
      checkInside(source, range, what)
      return readFully(cached, range.offset, range.length, options)
    },
  }
}

/** @throws KairosError `iso/damaged` */
export function checkInside(source: ByteSource, range: ByteRange, what: string): void {
  const end = range.offset + range.length
  if (range.offset >= 0 && end <= source.size) return
  throw damaged(
    source,
    `${what}: bytes ${range.offset} to ${end} expected, the image ends at ${source.size}`,
    'The image is cut off, or was never whole. Download or copy it again.',
  )
}

/** An `iso/damaged` about this image. */
export function damaged(source: ByteSource, message: string, hint?: string): KairosError {
  return new KairosError('iso/damaged', `${source.name}: ${message}.`, { hint })
}

/** Bytes of blocks. */
export function blockRange(block: number, length: number): ByteRange {
  return { offset: block * SECTOR_SIZE, length }
}
