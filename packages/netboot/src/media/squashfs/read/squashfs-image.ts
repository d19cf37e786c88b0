import type { ByteSource, ReadOptions } from '../../../bytes/byte-source.js'
import type { FileSystemEntry } from '../../../file-system/entry.js'
import type { Superblock } from '../structures/superblock.js'
import type { SquashfsEntry } from './entry.js'

/** A squashfs image that can be looked into. */
export interface SquashfsImage {
  readonly name: string
  readonly superblock: Superblock

  /**
   * The entries of a directory, sorted. Symbolic links on the way to it are followed.
   *
   * @throws KairosError `squashfs/not-found` also for what is no directory, `squashfs/damaged`, `aborted`
   */
  list(path: string, options?: ReadOptions): AsyncIterable<SquashfsEntry>

  /**
   * Everything below a directory, each directory in front of what it holds. Links are not followed.
   *
   * @throws KairosError `squashfs/not-found`, `squashfs/damaged` also for directories that contain themselves, `aborted`
   */
  walk(path?: string, options?: ReadOptions): AsyncIterable<SquashfsEntry>

  /**
   * One entry. Symbolic links on the way to it are followed, and the entry itself unless `followLinks` is false. They
   * never lead out of the image.
   *
   * @throws KairosError `squashfs/not-found`, `squashfs/damaged`
   */
  stat(path: string, options?: ReadOptions & { readonly followLinks?: boolean }): Promise<SquashfsEntry>

  /**
   * Where a symbolic link leads.
   *
   * @throws KairosError `squashfs/not-found` also for what is no link, `squashfs/damaged`
   */
  readlink(path: string, options?: ReadOptions): Promise<string>

  /**
   * A file as a source, by its path (links are followed) or its entry: nothing is extracted.
   *
   * @throws KairosError `squashfs/not-found` also for what is no file, `input/is-a-directory`, `squashfs/damaged`,
   *   `squashfs/unsupported`
   */
  open(file: string | SquashfsEntry, options?: ReadOptions): Promise<ByteSource>

  /**
   * Extended attributes of what a path (links are followed) or an entry names, by full name.
   *
   * @throws KairosError `squashfs/not-found`, `squashfs/damaged`
   */
  xattrs(entry: string | SquashfsEntry, options?: ReadOptions): Promise<ReadonlyMap<string, Uint8Array>>

  /**
   * Everything in the image with all attributes, the root first, as `writeSquashfs` takes it. The second and further names
   * of an inode are hard links to the first.
   *
   * @throws KairosError `squashfs/damaged`, `squashfs/unsupported`, `aborted`
   */
  entries(options?: ReadOptions): AsyncIterable<FileSystemEntry>
}
