import type { ReadOptions } from '../../bytes/byte-source.js'
import type { Digest } from './digest.js'

export interface BlobRequest {
  readonly digest: Digest
  /** Number of bytes, where a descriptor promises it. */
  readonly size?: number | undefined
  /** What it is, where a descriptor says it: registries keep manifests apart from other blobs. */
  readonly mediaType?: string | undefined
}

/** Where the parts of an image are found by digest: a registry, or an OCI image layout. */
export interface BlobStore {
  /** What it is, for messages. */
  readonly name: string
  /**
   * A manifest or configuration, whole, verified against digest and size.
   *
   * @param maxBytes - more is an error, not a cut
   * @throws KairosError `image/not-found`, `image/malformed`, `image/wrong-digest`
   */
  readBlob(blob: BlobRequest, maxBytes: number, options?: ReadOptions): Promise<Uint8Array>
  /**
   * A layer as it is stored. The stream throws before its end when it is not what digest and size promise.
   *
   * @throws KairosError while reading
   */
  openLayer(blob: BlobRequest, options?: ReadOptions): AsyncIterable<Uint8Array>
}
