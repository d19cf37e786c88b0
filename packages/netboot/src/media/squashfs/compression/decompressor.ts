/** Decompresses blocks, none to more than its limit: a block of an image is small, whatever its bytes claim. */
export interface Decompressor {
  /** Decompresses on the thread pool. */
  decompress(bytes: Uint8Array, limit: number): Promise<Uint8Array>
  /** Decompresses at once; for metadata blocks, which are small. */
  decompressSync(bytes: Uint8Array, limit: number): Uint8Array
}
