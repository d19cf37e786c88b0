import type { ByteSource } from '../../../bytes/byte-source.js'
import { SECTOR_SIZE, sectorsOf } from '../structures/sector.js'

/** The most bytes of one extent: whole sectors that 32 bits can count. */
export const MAX_EXTENT_BYTES = 0xffffffff - (0xffffffff % SECTOR_SIZE)

/** Content that is to be placed in the image: once, however many trees show it. */
export interface FileContent {
  readonly source: ByteSource
  /** It has its place from the start. */
  readonly fixed: boolean
  /** First block, counted from the start of the image; known once it is placed. */
  block: number | undefined
  /** Continuation areas of its records: the content comes behind them. */
  readonly continuations: { readonly placed?: number }[]
}

export function fileContent(source: ByteSource): FileContent {
  return { source, fixed: false, block: undefined, continuations: [] }
}

export function contentSectors({ source }: FileContent): number {
  return sectorsOf(source.size)
}

/** The extents that content of this size needs, as offsets into it. */
export function contentParts(size: number): { readonly offset: number; readonly length: number }[] {
  const parts = []
  for (let offset = 0; offset === 0 || offset < size; offset += MAX_EXTENT_BYTES) {
    parts.push({ offset, length: Math.min(MAX_EXTENT_BYTES, size - offset) })
  }
  return parts
}
