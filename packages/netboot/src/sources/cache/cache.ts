import type { OperationOptions, ProgressEvent } from '@kairos-sdk/core'
import type { FileSource } from '../../bytes/file-source.js'
import type { TransferOptions, TransferRequest } from '../transfer/index.js'

/** What the cache knows about a URL. */
export interface CachedUrl {
  readonly sha256: string
  readonly size: number
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

export interface CachedFile {
  readonly source: FileSource
  readonly sha256: string
  /**
   * `downloaded` just now; `cached` for one that was there, as it came, and is the right one: by its checksum, or because the
   * server says that it is still the newest; `offline` for one, as it came, that the server could not be asked about.
   */
  readonly origin: 'downloaded' | 'cached' | 'offline'
}

/**
 * Files by their SHA-256, for several processes at once. What has a name in it is complete and was right when it came in. It
 * may have other names elsewhere (the ISO among the results of a run is one), and somebody may write to it by those.
 *
 *     STATE_DIR/cache/sha256/HEX          a file
 *     STATE_DIR/cache/checked/HEX         when a file was right last, see `CheckedBlobs`
 *     STATE_DIR/cache/urls/HEX.json       what a URL gave last, by the SHA-256 of the URL
 *     STATE_DIR/cache/incoming/           downloads that are not complete, and locks
 *
 * Nobody else can read it. There is no limit and nothing is thrown away; to empty it, delete `STATE_DIR/cache` while
 * nothing uses it.
 */
export interface Cache {
  /** `STATE_DIR/cache`. */
  readonly directory: string

  /** Where a file is or would be. */
  path(sha256: string): string

  /**
   * A file, if it is there. Its content is not read: a `size` that differs means that it is damaged, and counts as absent.
   *
   * @throws KairosError `argument/invalid` for what is no SHA-256
   */
  blob(sha256: string, size?: number): Promise<FileSource | undefined>

  /**
   * A file, if it is there and nobody has written to it since it was right last: it is read again when its date says that
   * somebody may have. A damaged one is removed.
   *
   * @throws KairosError `argument/invalid` for what is no SHA-256, `aborted`, `input/*`
   */
  intact(
    sha256: string,
    size?: number,
    options?: OperationOptions<ProgressEvent<'verifying'>>,
  ): Promise<FileSource | undefined>

  /**
   * Reads a whole file and compares its SHA-256. A damaged one is removed.
   *
   * @returns false when it is absent or was damaged
   * @throws KairosError `aborted`, `input/*`
   */
  verify(sha256: string, options?: OperationOptions): Promise<boolean>

  /**
   * A file that is there, or else what `produce` writes to the path that it is given, if that has the SHA-256. Of several
   * processes one produces and the others wait. The path is empty or absent at the beginning.
   *
   * @throws KairosError `input/changed` for another content, `output/*`, `aborted`, and what `produce` throws
   */
  fetch(sha256: string, produce: (path: string) => Promise<void>, options?: OperationOptions): Promise<FileSource>

  /**
   * A file from a URL. With a `sha256` in the request the server is asked only for what is not there; without one it is
   * asked whether what it gave last is still the newest. When it cannot be reached, that is taken. What somebody has written
   * to in the meantime counts as absent.
   *
   * @throws KairosError those of `transferToFile`
   */
  download(request: TransferRequest, options?: TransferOptions): Promise<CachedFile>

  /** What a URL gave last. */
  recall(url: string): Promise<CachedUrl | undefined>
}
