/** Where something begins in a table of metadata blocks. */
export interface MetadataPosition {
  /** Bytes from the start of the table to the (compressed) block. */
  readonly block: number
  /** Bytes from the start of the uncompressed block. */
  readonly offset: number
}

/**
 * A metadata reference, also called inode reference.
 *
 *     Bits    Field
 *     0-15    offset in the uncompressed block
 *     16-47   start of the block in its table
 */
export function encodeReference({ block, offset }: MetadataPosition): number {
  // No shift: a reference has 48 bits, and shifts know 32.
  return block * 0x1_0000 + offset
}

export function decodeReference(reference: number): MetadataPosition {
  return { block: Math.floor(reference / 0x1_0000), offset: reference % 0x1_0000 }
}
