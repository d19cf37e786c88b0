import type { ReadOptions } from '../../../bytes/byte-source.js'
import { decodeDirectoryRecord } from '../structures/directory-record.js'
import type { VolumeDescriptor } from '../structures/primary-volume-descriptor.js'
import { SECTOR_SIZE } from '../structures/sector.js'
import { jolietLevel, type SupplementaryVolumeDescriptor } from '../structures/supplementary-volume-descriptor.js'
import { decodeSharingProtocol } from '../structures/susp/sharing-protocol.js'
import { decodeSystemUse } from '../structures/system-use-entry.js'
import type { VolumeCharset } from '../structures/volume-text.js'
import type { DescriptorSet } from './descriptor-set.js'
import { blockRange, type ImageMetadata } from './image-metadata.js'

export type TreeKind = 'rock-ridge' | 'joliet' | 'iso9660'

/** The extent of a directory. Its block is counted from the tree's `blockOffset`. */
export interface DirectoryExtent {
  readonly block: number
  readonly length: number
}

/** A directory tree of an image: there are often several over the same files. */
export interface DirectoryTree {
  readonly kind: TreeKind
  readonly charset: VolumeCharset
  /** What is added to every block number of the tree. */
  readonly blockOffset: number
  readonly root: DirectoryExtent
  /** Blocks of the volume descriptors that lead to the tree. */
  readonly descriptorBlocks: readonly number[]
  /** Bytes to skip in front of the system use entries of all records but the root's ".". */
  readonly systemUseSkip: number
  /** Whether PX entries have the serial number of RRIP 1.12. */
  readonly serialNumbers: boolean
}

/** CD-ROM XA puts 14 bytes of its own in front of the system use entries. */
const XA_SIZE = 14

/**
 * The trees that a set of descriptors leads to, the richest first: Rock Ridge, then Joliet, then plain ISO 9660.
 *
 * @throws KairosError `iso/damaged`
 */
export async function readTrees(
  image: ImageMetadata,
  set: DescriptorSet,
  options?: ReadOptions,
): Promise<DirectoryTree[]> {
  const trees = new Map<number, DirectoryTree>()
  for (const { block, descriptor } of [set.primary, ...set.supplementary]) {
    const joliet = isJoliet(descriptor)
    const extent = descriptor.root.extent + descriptor.root.extendedAttributeLength
    const known = trees.get(extent)
    // ISO 9660:1999 has a second descriptor for the same tree.
    if (known) {
      trees.set(extent, { ...known, descriptorBlocks: [...known.descriptorBlocks, block] })
      continue
    }
    const root = { block: extent, length: descriptor.root.dataLength }
    const sharing = joliet ? undefined : await readSharing(image, set.blockOffset, root, options)
    trees.set(extent, {
      kind: joliet ? 'joliet' : sharing ? 'rock-ridge' : 'iso9660',
      charset: joliet ? 'ucs2' : 'latin1',
      blockOffset: set.blockOffset,
      root,
      descriptorBlocks: [block],
      systemUseSkip: sharing?.skip ?? 0,
      serialNumbers: sharing?.serialNumbers ?? false,
    })
  }
  const rank: Record<TreeKind, number> = { 'rock-ridge': 0, joliet: 1, iso9660: 2 }
  return [...trees.values()].sort((a, b) => rank[a.kind] - rank[b.kind])
}

function isJoliet(descriptor: VolumeDescriptor | SupplementaryVolumeDescriptor): boolean {
  return 'escapeSequences' in descriptor && jolietLevel(descriptor.escapeSequences) !== undefined
}

/** What the root's "." record says about Rock Ridge; `undefined` when the tree has none. */
async function readSharing(
  image: ImageMetadata,
  blockOffset: number,
  root: DirectoryExtent,
  options?: ReadOptions,
): Promise<{ skip: number; serialNumbers: boolean } | undefined> {
  const range = blockRange(blockOffset + root.block, SECTOR_SIZE)
  const sector = await image.bytes(range, 'root directory', options)
  const { systemUse } = decodeDirectoryRecord(sector, range.offset).record
  for (const start of [0, XA_SIZE]) {
    const entries = decodeSystemUse(systemUse.subarray(start))
    const [sharing] = entries
    if (sharing?.signature !== 'SP') continue
    const protocol = decodeSharingProtocol(sharing.data)
    const posix = entries.find((entry) => entry.signature === 'PX')
    // SUSP without POSIX attributes is some other extension (Apple's); its names are the identifiers.
    if (protocol && posix) return { skip: protocol.skip, serialNumbers: posix.data.length >= 40 }
  }
  return undefined
}
