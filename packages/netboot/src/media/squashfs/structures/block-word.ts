const UNCOMPRESSED = 0x0100_0000

/** The word of a block that is all zeros and takes no room. */
export const SPARSE_BLOCK = 0

export interface BlockWord {
  /** Bytes of the block as stored. */
  readonly size: number
  readonly compressed: boolean
}

/**
 * How a data or fragment block is stored.
 *
 *     Bits   Field
 *     0-23   bytes as stored; 0: all zeros, not stored
 *     24     1: stored without compression
 */
export function encodeBlockWord({ size, compressed }: BlockWord): number {
  return compressed ? size : size | UNCOMPRESSED
}

export function decodeBlockWord(word: number): BlockWord {
  return { size: (word & ~UNCOMPRESSED) >>> 0, compressed: (word & UNCOMPRESSED) === 0 }
}
