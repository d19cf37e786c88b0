import type { ReadOptions } from '../bytes/byte-source.js'

/** One layer of a container image: a tar archive of what it adds and takes away. */
export interface ImageLayer {
  /** What it is, for messages: its digest, or the name of its file in an archive. */
  readonly name: string
  /** Bytes as stored, compressed or not, where that is known: for progress. */
  readonly size?: number | undefined
  /**
   * Streams the bytes of the tar archive, decompressed. Nothing is read ahead of the consumer by more than some chunks.
   * Can be called again. The stream throws before its end when the bytes are not those that the digest promises.
   *
   * @throws KairosError while reading
   */
  open(options?: ReadOptions): AsyncIterable<Uint8Array>
}

/** A container image for one architecture, wherever it comes from. */
export interface ContainerImage {
  /** What it was asked for by: `quay.io/kairos/ubuntu:24.04`, `oci-archive:image.tar`. */
  readonly name: string
  /** `sha256:…` of its manifest, or of its configuration where it has no manifest. */
  readonly digest: string
  /** In Go's words, as the configuration has it: `amd64`, `arm64`. */
  readonly architecture: string
  /** When it was made, where its configuration tells. */
  readonly created?: Date | undefined
  /** Labels of the configuration. */
  readonly labels: ReadonlyMap<string, string>
  /** The lowest first. */
  readonly layers: readonly ImageLayer[]
}
