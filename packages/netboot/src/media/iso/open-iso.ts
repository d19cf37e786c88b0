import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import type { ByteSource, ReadOptions } from '../../bytes/byte-source.js'
import type { IsoEntry } from './entry.js'
import type { IsoImage, IsoVolume } from './iso-image.js'
import { readBootCatalog } from './read/boot-catalog.js'
import type { DescriptorSet } from './read/descriptor-set.js'
import { directoryEntries, type TreeEntry } from './read/directory-entries.js'
import { type DirectoryTree, readTrees } from './read/directory-tree.js'
import { entryContent } from './read/entry-content.js'
import { blockRange, damaged, type ImageMetadata, imageMetadata } from './read/image-metadata.js'
import { readPartitionDescriptors } from './read/partition-descriptors.js'
import { lookUp, rootEntry } from './read/path-lookup.js'
import { readLastSession } from './read/sessions.js'
import { readSystemArea } from './system-area/read-system-area.js'

/**
 * Looks into an ISO 9660 image (ECMA-119) of any level, with Rock Ridge, Joliet, El Torito and the partition tables of
 * hybrid images, also one of several sessions. Reads the volume descriptors and tables; directories and files are read
 * when they are asked for.
 *
 * @throws KairosError `iso/not-an-image`, `iso/damaged` (says what and at which byte), `iso/unsupported`, `aborted`, and
 *   what the source throws
 */
export async function openIso(source: ByteSource, options: ReadOptions = {}): Promise<IsoImage> {
  return openImage(imageMetadata(source), options)
}

/** As {@link openIso}, with another way to read metadata. */
export async function openImage(metadata: ImageMetadata, options: ReadOptions): Promise<IsoImage> {
  throwIfAborted(options.signal, `Cannot open ${metadata.source.name}`)
  const volume = await readVolume(metadata, options)
  const [tree] = volume.trees
  if (!tree) throw new KairosError('internal', 'image: a directory tree expected, none found.')
  return new OpenedIso(metadata, volume, tree)
}

/** The structures of an image that is open already; for those who need more than its files. */
export async function readVolume(metadata: ImageMetadata, options: ReadOptions): Promise<IsoVolume> {
  const descriptors = await readLastSession(metadata, options)
  const systemArea = await readSystemArea(metadata, options)
  const { descriptor } = descriptors.primary
  return {
    identifier: volumeLabel(descriptors),
    size: blockRange(descriptors.sizeOrigin + descriptor.volumeSpaceSize, 0).offset,
    createdAt: descriptor.createdAt,
    modifiedAt: descriptor.modifiedAt,
    descriptors,
    partitionDescriptors: await readPartitionDescriptors(metadata, descriptors, systemArea, options),
    trees: await readTrees(metadata, descriptors, options),
    bootCatalog: await readBootCatalog(metadata, descriptors, options),
    systemArea,
  }
}

/** Joliet's label may hold more kinds of characters, but only half as many: it counts when it says more. */
function volumeLabel({ primary, supplementary }: DescriptorSet): string {
  const label = primary.descriptor.volumeIdentifier
  const longer = supplementary
    .map(({ descriptor }) => descriptor.volumeIdentifier)
    .find((text) => text.length > label.length)
  return longer ?? label
}

class OpenedIso implements IsoImage {
  readonly name: string
  readonly size: number
  readonly #metadata: ImageMetadata
  readonly #tree: DirectoryTree
  /** What is known of the entries that the outside has seen. */
  readonly #known = new WeakMap<IsoEntry, TreeEntry>()

  constructor(
    metadata: ImageMetadata,
    readonly volume: IsoVolume,
    tree: DirectoryTree,
  ) {
    this.#metadata = metadata
    this.#tree = tree
    this.name = metadata.source.name
    this.size = metadata.source.size
  }

  read(offset: number, length: number, options?: ReadOptions): AsyncIterable<Uint8Array> {
    return this.#metadata.source.read(offset, length, options)
  }

  async *list(path: string, options?: ReadOptions): AsyncGenerator<IsoEntry> {
    const entry = await lookUp(this.#metadata, this.#tree, path, options)
    if (!entry.directory) {
      throw new KairosError('iso/not-found', `${this.name}: ${path}: a directory expected, a ${entry.type} found.`)
    }
    for await (const found of directoryEntries(this.#metadata, this.#tree, entry.directory, entry.path, options)) {
      yield this.#shown(found)
    }
  }

  async *walk(path = '/', options?: ReadOptions): AsyncGenerator<IsoEntry> {
    const start = await lookUp(this.#metadata, this.#tree, path, options)
    const seen = new Set<number>()
    // Depth first with one open directory a level: memory grows with the depth, not with the image.
    const open = [this.#entries(start, seen, options)]
    for (let at = open.at(-1); at; at = open.at(-1)) {
      const { value, done } = await at.next()
      if (done) {
        open.pop()
        continue
      }
      yield this.#shown(value)
      if (value.directory) open.push(this.#entries(value, seen, options))
    }
  }

  async stat(path: string, options?: ReadOptions & { readonly followLinks?: boolean }): Promise<IsoEntry> {
    return this.#shown(await lookUp(this.#metadata, this.#tree, path, options))
  }

  async open(file: string | IsoEntry, options?: ReadOptions): Promise<ByteSource> {
    return entryContent(this.#metadata, await this.#entryOf(file, options))
  }

  async #entryOf(file: string | IsoEntry, options?: ReadOptions): Promise<TreeEntry> {
    if (typeof file === 'string') return await lookUp(this.#metadata, this.#tree, file, options)
    const known = this.#known.get(file)
    return known ?? (await lookUp(this.#metadata, this.#tree, file.path, { ...options, followLinks: false }))
  }

  #entries({ directory, path }: TreeEntry, seen: Set<number>, options?: ReadOptions): AsyncGenerator<TreeEntry> {
    const extent = directory ?? rootEntry(this.#tree).directory ?? this.#tree.root
    if (seen.has(extent.block)) {
      const { offset } = blockRange(this.#tree.blockOffset + extent.block, 0)
      throw damaged(
        this.#metadata.source,
        `directory ${path}: its own records expected, those of byte ${offset} found twice`,
      )
    }
    seen.add(extent.block)
    return directoryEntries(this.#metadata, this.#tree, extent, path, options)
  }

  /** What the outside sees of an entry. */
  #shown(entry: TreeEntry): IsoEntry {
    const { path, name, type, size, mode, user, group, modifiedAt, target, extents } = entry
    const seen: IsoEntry = { path, name, type, size, mode, user, group, modifiedAt, target, extents }
    this.#known.set(seen, entry)
    return seen
  }
}
