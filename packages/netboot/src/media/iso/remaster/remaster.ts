import { throwIfAborted } from '@kairos-sdk/core'
import type { ByteSource, ReadOptions } from '../../../bytes/byte-source.js'
import { cachedSource } from '../../../bytes/cached-source.js'
import { concatSource } from '../../../bytes/concat-source.js'
import { type OverlaySource, overlaySource, type PatchedExtent } from '../../../bytes/overlay-source.js'
import { zeroSource } from '../../../bytes/zero-source.js'
import type { IsoImage, IsoVolume } from '../iso-image.js'
import { openImage, readVolume } from '../open-iso.js'
import { readTrees } from '../read/directory-tree.js'
import { type ImageMetadata, imageMetadata } from '../read/image-metadata.js'
import { VolumeDescriptorOffset } from '../structures/primary-volume-descriptor.js'
import { SECTOR_SIZE, sectorsOf } from '../structures/sector.js'
import { TreeChanges } from './apply-operations.js'
import { replacedBootFile } from './boot-files.js'
import { claimedBlocks } from './claims.js'
import { withDescriptorCopies } from './descriptor-copies.js'
import { setBothEndian32 } from './editable-record.js'
import type { FileContent } from './file-content.js'
import { growPartitions, type Patch } from './grow-partitions.js'
import { hasMediaChecksum, withMediaChecksum, withoutMediaChecksum } from './media-checksum.js'
import type { NewEntry } from './new-entry.js'
import { pathParts, putOperations, withoutLinks } from './operations.js'
import { patchedSectors } from './patched-sectors.js'
import { type Placement, place } from './placement.js'
import { sessionChecksumPatches } from './session-checksums.js'
import { TreeEditor } from './tree-editor.js'
import { TreeLayout } from './tree-layout.js'
import { backupBlocks, usableSpace } from './usable-space.js'

export interface RemasterOptions extends ReadOptions {
  /** Files, directories and links to add or replace, by absolute path inside the image. Parent directories are made. */
  readonly files?: ReadonlyMap<string, ByteSource | NewEntry> | undefined
  /** Paths to remove, directories with all that they hold. Done first. */
  readonly remove?: Iterable<string> | undefined
  /**
   * Date of new entries. Default: the volume's own modification date, so that the same input gives the same image. The
   * volume's date itself never changes, since boot loaders find the volume by it.
   */
  readonly modifiedAt?: Date | undefined
  /**
   * What becomes of a media checksum that implantisomd5 put into the base. `update` reads all of the image to make it
   * anew; `remove` takes it out, and the result has a warning. Default `update`.
   */
  readonly mediaChecksum?: 'update' | 'remove' | undefined
  /** Name of the result. Default: that of the base. */
  readonly name?: string | undefined
}

/** An image made from another: what changed, and where the rest comes from. */
export interface RemasteredImage extends IsoImage, OverlaySource {
  /** What a person should know about the result, as sentences. */
  readonly warnings: readonly string[]
}

const SECTOR_CACHE = { blockBytes: SECTOR_SIZE, blocks: 1024 }
/** Blocks of padding that mkisofs and xorriso put at the end. */
const PADDING = 150
/** Size to which isohybrid images are filled up, so that BIOSes guess the geometry: 64 heads of 32 sectors. */
const CYLINDER_BYTES = 1024 * 1024

/**
 * Describes `base` with files added, replaced or removed, as a new image. Nothing is copied: the result reads unchanged
 * extents from `base`, so it costs memory in proportion to the directories that changed.
 *
 * All directory trees get the change, boot images keep their places, and partition tables fit the new size: see
 * docs/iso-layout.md.
 *
 * @throws KairosError `iso/not-an-image`, `iso/damaged` (says what and at which byte), `iso/not-found` for a path to
 *   remove, `iso/unsupported` for what cannot be put there, `argument/invalid`, `aborted`, and what the sources throw
 */
export async function remaster(base: ByteSource, options: RemasterOptions): Promise<RemasteredImage> {
  throwIfAborted(options.signal, `Cannot remaster ${base.name}`)
  const { signal } = options
  const cachedBase = cachedSource(base)
  const image = imageMetadata(base, cachedBase)
  const volume = await readVolume(image, { signal })
  const sets = [volume.descriptors, ...volume.partitionDescriptors]
  const groups = await Promise.all(
    sets.map(async (set) => {
      const trees = set === volume.descriptors ? volume.trees : await readTrees(image, set, { signal })
      return { set, editors: trees.map((tree) => new TreeEditor(image, tree)) }
    }),
  )
  const editors = groups.flatMap((group) => group.editors)
  const { contents, patches } = await change(image, volume, editors, options)
  const claimed = await claimedBlocks(image, volume, editors, { signal })
  const released = editors.flatMap((editor) => editor.released)
  const space = await usableSpace(image, volume, claimed, released, { signal })
  const edited = groups.map((group) => ({
    set: group.set,
    layouts: group.editors.map((editor) => new TreeLayout(editor, group.set)),
  }))
  const placement = await place(volume, base, edited, contents, space.free)
  const size = sizeOf(volume, base, placement, space.padded)
  for (const { layouts } of placement.kept) for (const layout of layouts) patches.push(...(await layout.patches()))
  for (const { set } of placement.dropped) {
    patches.push({ offset: set.block * SECTOR_SIZE, bytes: new Uint8Array(set.blocks * SECTOR_SIZE) })
  }
  const tags = await sessionChecksumPatches(image, volume, { signal })
  patches.push(...tags, ...spaceSizes(placement, size))
  if (placement.grownTo !== undefined) patches.push(...growPartitions(volume, base.size, size))
  const extents = [...(await patchedSectors(image, patches, { signal })), ...contents.flatMap(contentExtent)]
  const name = options.name ?? base.name
  const plain = overlaySource(name, base, extents, size)
  const checked = hasMediaChecksum(volume)
  const updates = options.mediaChecksum !== 'remove'
  const finish = !checked ? undefined : updates ? withMediaChecksum : withoutMediaChecksum
  const overlay = await withDescriptorCopies(image, volume, (await finish?.(volume, plain, { signal })) ?? plain, {
    signal,
  })
  return remastered(overlay, cachedBase, warningsOf(placement, checked && !updates, tags.length > 0), { signal })
}

async function change(
  image: ImageMetadata,
  volume: IsoVolume,
  editors: readonly TreeEditor[],
  options: RemasterOptions,
): Promise<{ contents: FileContent[]; patches: Patch[] }> {
  const { signal } = options
  const [first] = volume.trees
  const date = options.modifiedAt ?? volume.modifiedAt ?? volume.createdAt ?? new Date(0)
  const changes = new TreeChanges(editors, date)
  const patches: Patch[] = []
  if (!first) return { contents: [], patches }
  for (const path of options.remove ?? []) {
    await changes.remove(await withoutLinks(image, first, pathParts(path), { signal }))
  }
  for (const operation of await putOperations(image, first, options.files ?? new Map(), { signal })) {
    const { path, entry } = operation
    const start = entry.type === 'file' ? await changes.contentStart(path) : undefined
    const boot =
      start && entry.type === 'file'
        ? await replacedBootFile(image, volume, `/${path.join('/')}`, start, entry.content, { signal })
        : undefined
    await changes.put(operation, boot?.content)
    patches.push(...(boot?.patches ?? []))
  }
  return { contents: [...changes.contents.values()], patches }
}

function sizeOf(volume: IsoVolume, base: ByteSource, { grownTo }: Placement, padded: boolean): number {
  if (grownTo === undefined) return base.size
  const tail = Math.max(padded ? PADDING : 0, backupBlocks(volume))
  const size = (grownTo + tail) * SECTOR_SIZE
  const hybrid = volume.systemArea.mbr !== undefined && base.size % CYLINDER_BYTES === 0
  return hybrid ? Math.ceil(size / CYLINDER_BYTES) * CYLINDER_BYTES : size
}

/** Volume space sizes: those of descriptors that show all of the image follow its end, others hold what they show. */
function spaceSizes({ kept, grownTo, usedTo }: Placement, size: number): Patch[] {
  const patches: Patch[] = []
  for (const { set } of kept) {
    const own = grownTo === undefined ? usedTo : Math.floor(size / SECTOR_SIZE)
    for (const { block, descriptor } of [set.primary, ...set.supplementary]) {
      const needed = own - set.sizeOrigin
      if (needed <= descriptor.volumeSpaceSize) continue
      const bytes = new Uint8Array(8)
      setBothEndian32(bytes, 0, needed)
      patches.push({ offset: block * SECTOR_SIZE + VolumeDescriptorOffset.volumeSpaceSize, bytes })
    }
  }
  return patches
}

function contentExtent({ source, block }: FileContent): PatchedExtent[] {
  if (block === undefined || source.size === 0) return []
  const rest = sectorsOf(source.size) * SECTOR_SIZE - source.size
  // The last sector is filled up, or what was in the place before would show through.
  const padded = rest === 0 ? source : concatSource(source.name, [source, zeroSource(rest)])
  return [{ offset: block * SECTOR_SIZE, source: padded }]
}

function warningsOf({ dropped }: Placement, withoutChecksum: boolean, withoutTags: boolean): string[] {
  const warnings: string[] = []
  if (dropped.length > 0) {
    warnings.push(
      'The new files found no room inside the first partition, which another partition follows: that partition alone can no longer be mounted, only the whole disk.',
    )
  }
  if (withoutChecksum) warnings.push('The media checksum was removed: checkisomd5 can no longer check the image.')
  if (withoutTags)
    warnings.push('The MD5 checksums that xorriso put over the whole image were removed; those of its files stay.')
  return warnings
}

async function remastered(
  overlay: OverlaySource,
  cachedBase: ByteSource,
  warnings: readonly string[],
  options: ReadOptions,
): Promise<RemasteredImage> {
  const { name, base, extents, size } = overlay
  // In blocks of one sector, so that no new content is read along with the directories beside it.
  const sectors = cachedSource(overlaySource(name, cachedBase, extents, size), SECTOR_CACHE)
  const opened = await openImage(imageMetadata(overlay, sectors), options)
  return Object.assign(opened, { base, extents, warnings })
}
