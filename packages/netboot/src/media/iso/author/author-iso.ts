import { createHash } from 'node:crypto'
import { KairosError, type OperationOptions, type ProgressEvent, throwIfAborted } from '@kairos-sdk/core'
import { readFully } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import { type OverlaySource, overlaySource, type PatchedExtent } from '../../../bytes/overlay-source.js'
import { zeroSource } from '../../../bytes/zero-source.js'
import { imageDate } from '../../source-date.js'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS, sectorsOf } from '../structures/sector.js'
import { type BiosBoot, bootCatalogOf, type UefiBoot } from './boot.js'
import { patchBootImage, patchHybridMbr } from './boot-info.js'
import { DirectoryTree } from './directory-tree.js'
import type { AuthorEntry } from './entry.js'
import { FileExtents } from './file-extents.js'
import { identifyJoliet, identifyPrimary } from './identifiers.js'
import { collectTree, type DirectoryNode, type FileNode, findFile } from './node.js'
import { PARTITION_ALIGNMENT, systemAreaOf, withBackupTable } from './system-area.js'
import { checkVolumeTexts, descriptorsOf, type VolumeTexts } from './volume.js'

export interface AuthorIsoOptions extends OperationOptions<AuthorIsoProgress>, VolumeTexts {
  /** Files, directories and links. A later entry takes the place of an earlier one with the same path. */
  readonly entries: Iterable<AuthorEntry> | AsyncIterable<AuthorEntry>
  readonly bios?: BiosBoot | undefined
  readonly uefi?: UefiBoot | undefined
  /** Adds a second directory tree with names as Windows knows them. Default true. */
  readonly joliet?: boolean
  /** Date of the image, see the environment variable `SOURCE_DATE_EPOCH`. Default: that, else now. */
  readonly date?: Date
  /** For messages. Default `image.iso`. */
  readonly name?: string
}

export type AuthorIsoProgress = ProgressEvent<'collect' | 'layout'>

/** Boot images are read into memory to be patched; GRUB's and isolinux's have some ten kilobytes. */
const MAX_BIOS_IMAGE = 32 * 1024 * 1024
/** Blocks are counted with 32 bits. */
const MAX_SECTORS = 0xffffffff

/**
 * Describes an ISO 9660 image (ECMA-119 level 3) with Rock Ridge and Joliet that holds the entries and, where `bios` or
 * `uefi` say so, starts from CD and from disk: El Torito, a hybrid MBR, and a GUID partition table with the EFI system
 * partition. Nothing is copied: contents are read when the image is. The same entries and options give the same bytes.
 *
 *     sector 0     MBR, GPT                        (first 32 KiB, "system area")
 *     sector 16    volume descriptors
 *                  path tables, directories of the primary tree, then of Joliet's
 *                  boot catalog
 *     at 1 MiB     EFI system partition            (if there is one; then the next megabyte boundary is used)
 *                  file contents
 *     at the end   backup of the GPT
 *
 * Directories may be deeper than the eight levels of ECMA-119: Linux, xorriso, libarchive and GRUB read them so, and
 * relocating them would show a strange directory to readers without Rock Ridge.
 *
 * @throws KairosError `argument/invalid`, `iso/unsupported` for what an image cannot hold, `iso/not-found` when the boot
 *   image is not among the entries, `aborted`, and what the entries' sources throw
 */
export async function authorIso(options: AuthorIsoOptions): Promise<OverlaySource> {
  const { signal, onProgress, bios, uefi, name = 'image.iso' } = options
  const date = imageDate(options.date)
  checkVolumeTexts(options)
  if (uefi) checkUefi(uefi)

  const root = await collectTree(withUefi(options.entries, uefi), {
    date,
    signal,
    onEntry: (done, path) =>
      onProgress?.({ phase: 'collect', message: 'Collecting files', done, unit: 'files', subject: path }),
  })
  const biosImage = bios && bootImage(root, bios.path)
  onProgress?.({ phase: 'layout', message: 'Laying out the image' })

  const files = new FileExtents()
  const primary = new DirectoryTree(root, files, identifyPrimary, true)
  const joliet = options.joliet === false ? undefined : new DirectoryTree(root, files, identifyJoliet, false)
  const place = placesFrom(SYSTEM_AREA_SECTORS)
  const descriptors = place(2 + (joliet ? 1 : 0) + (bios || uefi ? 1 : 0))
  const tables = [primary, joliet].map((tree) => tree && placeTree(tree, place))
  const catalog = bios || uefi ? place(1) : undefined
  const efi = uefi && { sector: place(sectorsOf(uefi.image.size), PARTITION_ALIGNMENT), size: uefi.image.size }
  if (uefi && efi) files.placeAt(uefi.image, efi.sector)
  const contentSectors = files.place(root, place(0))
  const disk = Boolean(uefi || bios?.hybridMbr)
  const sectors = disk ? withBackupTable(contentSectors) : contentSectors
  if (sectors > MAX_SECTORS) {
    throw new KairosError('iso/unsupported', `${name}: at most 8 TiB expected, ${sectors * SECTOR_SIZE} bytes found.`)
  }

  const at = (sector: number, bytes: Uint8Array): PatchedExtent => ({
    offset: sector * SECTOR_SIZE,
    source: memorySource(`structures of ${name}`, bytes),
  })
  const extents: PatchedExtent[] = []
  const [primaryPlaces, jolietPlaces] = tables
  for (const [tree, places] of [
    [primary, primaryPlaces],
    [joliet, jolietPlaces],
  ] as const) {
    if (!tree || !places) continue
    extents.push(at(places.pathTableL, tree.encodePathTable('little', places.directories)))
    extents.push(at(places.pathTableM, tree.encodePathTable('big', places.directories)))
    extents.push(at(places.directories, tree.encode(places.directories)))
  }
  const volume = { texts: options, date, sectors, bootCatalog: catalog }
  const trees = { primary: { tree: primary, ...mustHave(primaryPlaces) }, joliet: treeAt(joliet, jolietPlaces) }
  extents.push(at(descriptors, descriptorsOf(volume, trees)))

  const biosSector = biosImage && files.sectorOf(biosImage.source)
  if (bios && biosImage && biosSector !== undefined) {
    const patched = await patchedBootImage(biosImage, bios, biosSector, signal)
    files.replace(biosImage.source, memorySource(biosImage.source.name, patched))
  }
  if (catalog !== undefined) {
    const biosEntry = biosSector === undefined ? undefined : { sector: biosSector, loadSectors: bios?.loadSectors ?? 4 }
    extents.push(at(catalog, bootCatalogOf(biosEntry, efi)))
  }
  if (disk) {
    const bootCode =
      bios?.hybridMbr && biosSector !== undefined ? patchHybridMbr(bios.hybridMbr, biosSector) : undefined
    const layout = { contentSectors, efi: efi && { ...efi, sectors: sectorsOf(efi.size) }, bootCode }
    for (const { offset, bytes } of systemAreaOf({ ...layout, seed: seedOf(root, options.volumeLabel, date) })) {
      extents.push({ offset, source: memorySource(`partition table of ${name}`, bytes) })
    }
  }
  throwIfAborted(signal, 'Cannot make an ISO image')
  const size = sectors * SECTOR_SIZE
  return overlaySource(name, zeroSource(size), [...extents, ...files.extents()], size)
}

interface TreePlaces {
  readonly pathTableL: number
  readonly pathTableM: number
  readonly directories: number
}

/** Gives out sectors one after the other. */
function placesFrom(first: number): (sectors: number, alignment?: number) => number {
  let next = first
  return (sectors, alignment = 1) => {
    const start = Math.ceil(next / alignment) * alignment
    next = start + sectors
    return start
  }
}

function placeTree(tree: DirectoryTree, place: (sectors: number) => number): TreePlaces {
  const pathTableL = place(sectorsOf(tree.pathTableSize))
  const pathTableM = place(sectorsOf(tree.pathTableSize))
  return { pathTableL, pathTableM, directories: place(tree.sectors) }
}

function treeAt(tree: DirectoryTree | undefined, places: TreePlaces | undefined) {
  return tree && places ? { tree, ...places } : undefined
}

function mustHave<T>(value: T | undefined): T {
  if (value === undefined) throw new KairosError('internal', 'ISO image: a place for the primary tree expected.')
  return value
}

async function* withUefi(
  entries: AuthorIsoOptions['entries'],
  uefi: UefiBoot | undefined,
): AsyncGenerator<AuthorEntry> {
  yield* entries
  if (uefi?.path !== undefined) yield { path: uefi.path, type: 'file', source: uefi.image }
}

function checkUefi({ image }: UefiBoot): void {
  if (image.size > 0 && image.size % SECTOR_SIZE === 0) return
  throw new KairosError(
    'argument/invalid',
    `${image.name}: a FAT image of a multiple of ${SECTOR_SIZE} bytes expected, ${image.size} found.`,
  )
}

function bootImage(root: DirectoryNode, path: string): FileNode {
  const file = findFile(root, path)
  if (!file) {
    throw new KairosError('iso/not-found', `BIOS boot image: a file ${path} among the entries expected, none found.`)
  }
  if (file.source.size === 0 || file.source.size > MAX_BIOS_IMAGE) {
    throw new KairosError(
      'argument/invalid',
      `${path}: a boot image of 1 byte to 32 MiB expected, ${file.source.size} bytes found.`,
    )
  }
  return file
}

async function patchedBootImage(
  { source }: FileNode,
  bios: BiosBoot,
  sector: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { bootInfoTable = true, grub2BootInfo = true } = bios
  return patchBootImage(await readFully(source, 0, source.size, { signal }), { sector, bootInfoTable, grub2BootInfo })
}

/** Names and sizes of everything, so that two different images hardly ever get the same GUIDs. */
function seedOf(root: DirectoryNode, label: string, date: Date): string {
  const hash = createHash('sha256').update(`${label}\0${date.toISOString()}\0`)
  const visit = (directory: DirectoryNode) => {
    for (const child of directory.children) {
      hash.update(`${child.name}\0${child.type === 'file' ? child.source.size : child.type}\0`)
      if (child.type === 'directory') {
        visit(child)
        hash.update('\0')
      }
    }
  }
  visit(root)
  return hash.digest('hex')
}
