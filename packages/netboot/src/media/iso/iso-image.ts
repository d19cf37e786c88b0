import type { ByteSource, ReadOptions } from '../../bytes/byte-source.js'
import type { IsoEntry } from './entry.js'
import type { LocatedBootCatalog } from './read/boot-catalog.js'
import type { DescriptorSet } from './read/descriptor-set.js'
import type { DirectoryTree } from './read/directory-tree.js'
import type { SystemArea } from './system-area/read-system-area.js'

/** What the primary volume descriptor says about the volume, and the tables that make it start. */
export interface IsoVolume {
  /** Volume label: `COS_LIVE`. From the Joliet descriptor when that has a longer one. */
  readonly identifier: string
  /** Bytes of the volume, as its descriptor gives them. */
  readonly size: number
  readonly createdAt: Date | undefined
  /** Part of the UUID by which boot loaders find the volume. */
  readonly modifiedAt: Date | undefined
  /** @internal What the parts of this package that change images need. */
  readonly descriptors: DescriptorSet
  /** @internal The descriptors that a partition of the image shows, where there are such: a USB stick's first partition. */
  readonly partitionDescriptors: readonly DescriptorSet[]
  /** @internal The richest tree first: it is the one that is listed. */
  readonly trees: readonly DirectoryTree[]
  /** @internal */
  readonly bootCatalog: LocatedBootCatalog | undefined
  /** @internal */
  readonly systemArea: SystemArea
}

/**
 * An ISO 9660 image that can be looked into. It is also the bytes of the whole image.
 */
export interface IsoImage extends ByteSource {
  readonly volume: IsoVolume

  /**
   * The entries of a directory, in the order of the image. Symbolic links on the way to it are followed.
   *
   * @throws KairosError `iso/not-found`, `iso/damaged`
   */
  list(path: string, options?: ReadOptions): AsyncIterable<IsoEntry>

  /**
   * Everything below a directory, each directory in front of what it holds. Links are not followed.
   *
   * @throws KairosError `iso/not-found`, `iso/damaged` also for directories that contain themselves
   */
  walk(path?: string, options?: ReadOptions): AsyncIterable<IsoEntry>

  /**
   * One entry. Symbolic links on the way to it are followed, and the entry itself unless `followLinks` is false.
   *
   * @throws KairosError `iso/not-found`, `iso/damaged`
   */
  stat(path: string, options?: ReadOptions & { readonly followLinks?: boolean }): Promise<IsoEntry>

  /**
   * A file as a source, by its path (links are followed) or its entry: nothing is extracted. An entry of this image is not
   * looked up again, which takes as long as its directory has entries.
   *
   * @throws KairosError `iso/not-found`, `input/is-a-directory`, `iso/unsupported` for what is no file, `iso/damaged` for
   *   content behind the end of the image
   */
  open(file: string | IsoEntry, options?: ReadOptions): Promise<ByteSource>
}
