/** Most bytes that a metadata block has, uncompressed. */
export const METADATA_SIZE = 8192
export const METADATA_HEADER_SIZE = 2

const UNCOMPRESSED = 0x8000

export interface MetadataHeader {
  /** Bytes of the block as stored, behind the header. */
  readonly size: number
  readonly compressed: boolean
}

/**
 * Header of a metadata block: inodes, directories and tables are cut into such.
 *
 *     Bits   Field
 *     0-14   bytes as stored
 *     15     1: stored without compression
 */
export function encodeMetadataHeader({ size, compressed }: MetadataHeader): Uint8Array {
  const word = size | (compressed ? 0 : UNCOMPRESSED)
  return Uint8Array.of(word & 0xff, word >> 8)
}

export function decodeMetadataHeader(word: number): MetadataHeader {
  return { size: word & (UNCOMPRESSED - 1), compressed: (word & UNCOMPRESSED) === 0 }
}
