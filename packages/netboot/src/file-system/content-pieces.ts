import { type ErrorCode, KairosError } from '@kairos-sdk/core'
import type { ByteSource, ReadOptions } from '../bytes/byte-source.js'
import type { ContentStream, DataRegion } from './entry.js'

/** Bytes, or a number of zeros. */
export type ContentPiece = Uint8Array | number

export interface ContentOptions extends ReadOptions {
  /** Code of the error for content that is not as it was announced. Default `input/malformed`. */
  readonly code?: ErrorCode | undefined
}

/**
 * Content as its bytes and holes in order, exactly as many as its size says.
 *
 * @throws KairosError `code` for more or fewer bytes than announced, and for regions that overlap; and what the source throws
 */
export async function* contentPieces(
  path: string,
  source: ByteSource | ContentStream,
  { code = 'input/malformed', ...options }: ContentOptions = {},
): AsyncGenerator<ContentPiece> {
  const size = source.size
  const stream = 'chunks' in source ? source : { chunks: source.read(0, size, options), regions: undefined }
  const regions = checkRegions(code, path, size, stream.regions ?? [{ offset: 0, length: size }])
  const expected = regions.reduce((sum, { length }) => sum + length, 0)
  let at = 0
  let given = 0
  // By its number: shifting an array of a million regions takes minutes.
  let index = 0
  let region = regions[index]
  for await (const chunk of stream.chunks) {
    given += chunk.length
    if (given > expected) throw wrongLength(code, path, expected, given)
    for (let rest = chunk; rest.length > 0; ) {
      while (region && at === region.offset + region.length) region = regions[++index]
      if (!region) throw wrongLength(code, path, expected, given)
      if (at < region.offset) {
        yield region.offset - at
        at = region.offset
      }
      const piece = rest.subarray(0, region.offset + region.length - at)
      yield piece
      at += piece.length
      rest = rest.subarray(piece.length)
    }
  }
  if (given < expected) throw wrongLength(code, path, expected, given)
  if (at < size) yield size - at
}

function checkRegions(code: ErrorCode, path: string, size: number, regions: readonly DataRegion[]): DataRegion[] {
  let end = 0
  for (const { offset, length } of regions) {
    const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && length >= 0
    if (!whole || offset < end || offset + length > size) {
      const found = `${length} bytes at ${offset}`
      throw new KairosError(code, `${path}: regions in order inside ${size} bytes expected, ${found} found.`)
    }
    end = offset + length
  }
  return regions.filter(({ length }) => length > 0)
}

function wrongLength(code: ErrorCode, path: string, expected: number, found: number): KairosError {
  return new KairosError(code, `${path}: ${expected} bytes of content expected, ${found} found.`, {
    hint: 'Did the file change while it was read?',
  })
}
