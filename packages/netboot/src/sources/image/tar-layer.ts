import type { ReadOptions } from '../../bytes/byte-source.js'
import { decompress } from '../compression/index.js'
import type { ImageLayer } from '../container-image.js'
import { type Digest, verified } from './digest.js'

export interface TarLayerInit {
  readonly name: string
  /** Bytes as stored. */
  readonly size?: number | undefined
  /** SHA-256 of the decompressed archive, from the configuration of the image. */
  readonly diffId: Digest
  /** The bytes as stored, compressed or not. */
  readonly stored: (options: ReadOptions) => AsyncIterable<Uint8Array>
}

/** A layer whose decompressed bytes are verified against the configuration, wherever it is stored. */
export function tarLayer({ name, size, diffId, stored }: TarLayerInit): ImageLayer {
  return {
    name,
    size,
    open: ({ signal } = {}) => verified(decompress(stored({ signal }), { name, signal }), { digest: diffId }, name),
  }
}
