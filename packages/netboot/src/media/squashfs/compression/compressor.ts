/** What an image is compressed with. */
export type CompressionName = 'zstd' | 'gzip' | 'none'

/** Compresses blocks that are decompressed one by one, each as a stream of its own. */
export interface Compressor {
  /** The superblock's number. */
  readonly id: number
  /** Flags that say that nothing is compressed, if that is so. */
  readonly flags: number
  /** The superblock's compressor options, where they are not what readers assume. */
  readonly options: Uint8Array | undefined
  /** Compresses on the thread pool. The result may be longer than the input: then the input is to be stored. */
  compress(bytes: Uint8Array): Promise<Uint8Array>
  /** Compresses at once; for metadata blocks, which are small. */
  compressSync(bytes: Uint8Array): Uint8Array
}
