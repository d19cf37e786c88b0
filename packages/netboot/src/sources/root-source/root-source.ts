import type { OperationOptions, ProgressEvent } from '@kairos-sdk/core'
import type { FileSystemEntry } from '../../file-system/entry.js'
import type { ImagePhase } from '../image/index.js'

/** `layers` while the tree is read; the others are those of opening an image. */
export type RootSourcePhase = ImagePhase | 'layers'

export type RootSourceProgress = ProgressEvent<RootSourcePhase>

export interface RootEntriesOptions extends OperationOptions<RootSourceProgress> {
  /**
   * Whether to look through all headers of container images and tar archives before anything is given. A few of them cannot
   * be merged otherwise: those with two members of one path in a layer, and those that go through a symbolic link of a
   * lower layer. They end with `layers/needs-survey` without; {@link writeEntries} then starts over. Default false: each
   * layer is read once.
   */
  readonly survey?: boolean | undefined
}

/**
 * A root file system as a stream of entries, wherever it comes from. It may hold something while it is used (downloads, a
 * temporary file): dispose of it in the end.
 */
export interface RootSource extends AsyncDisposable {
  /** What it was asked for by: `quay.io/kairos/ubuntu:24.04`, `dir:/srv/root`. */
  readonly name: string
  /**
   * What the content is known by: the digest of the manifest and the architecture. Two sources with one identity have the
   * same content. `undefined` for what can change at any time, such as a directory.
   */
  readonly identity?: string | undefined
  /**
   * In Go's words: `amd64`, `arm64`. Of a directory or archive what was asked for, with which its kernel has to agree;
   * `undefined` where nothing tells.
   */
  readonly architecture?: string | undefined
  /**
   * The date that an image made of it carries unless another is asked for: when the container image was created, which
   * makes two images of one source equal. `undefined` for directories and archives, which have no such date.
   */
  readonly date?: Date | undefined
  /**
   * All of its entries, in any order. Can be called again. The content of a file is read to its end before the next entry
   * is asked for.
   *
   * @throws KairosError while reading; `layers/needs-survey` see {@link RootEntriesOptions.survey}
   */
  entries(options?: RootEntriesOptions): AsyncIterable<FileSystemEntry>
}
