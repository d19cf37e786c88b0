import { KairosError } from '@kairos-sdk/core'
import type { ReadOptions } from '../../../bytes/byte-source.js'
import { type BootRecord, decodeBootRecord, EL_TORITO_IDENTIFIER } from '../structures/boot-record.js'
import { decodePrimaryVolumeDescriptor, type VolumeDescriptor } from '../structures/primary-volume-descriptor.js'
import { SECTOR_SIZE, SYSTEM_AREA_SECTORS } from '../structures/sector.js'
import {
  decodeSupplementaryVolumeDescriptor,
  type SupplementaryVolumeDescriptor,
} from '../structures/supplementary-volume-descriptor.js'
import { VolumeDescriptorType, volumeDescriptorType } from '../structures/volume-descriptor.js'
import { blockRange, damaged, type ImageMetadata } from './image-metadata.js'

/** More descriptors than any image has: where a search for the terminator ends. */
const MAX_DESCRIPTORS = 64

/** A descriptor and the block that it is in. */
export interface Located<T> {
  readonly block: number
  readonly descriptor: T
}

/** The volume descriptors of a session, or of the volume as a partition shows it. */
export interface DescriptorSet {
  /** The block of the first descriptor. */
  readonly block: number
  /** Number of blocks with descriptors, the terminator with them. */
  readonly blocks: number
  /** What is added to every block number of this set: 0, or where the partition begins that the set was made for. */
  readonly blockOffset: number
  /** The block that the volume space size counts from: that of a later session mostly from its own start. */
  readonly sizeOrigin: number
  readonly primary: Located<VolumeDescriptor>
  readonly supplementary: readonly Located<SupplementaryVolumeDescriptor>[]
  /** El Torito's boot record, if there is one. */
  readonly bootRecord: Located<BootRecord> | undefined
}

/**
 * Reads the volume descriptors of the session, or partition, that begins at a block.
 *
 * @param start - block where the session or partition begins; its descriptors follow 16 blocks later
 * @param blockOffset - what the block numbers of this set count from
 * @throws KairosError `iso/not-an-image` when there are none, `iso/damaged`, `iso/unsupported`
 */
export async function readDescriptorSet(
  image: ImageMetadata,
  start: number,
  blockOffset: number,
  options?: ReadOptions,
): Promise<DescriptorSet> {
  const { source } = image
  const first = start + SYSTEM_AREA_SECTORS
  let primary: Located<VolumeDescriptor> | undefined
  const supplementary: Located<SupplementaryVolumeDescriptor>[] = []
  let bootRecord: Located<BootRecord> | undefined
  let block = first
  for (; ; block++) {
    if (block - first >= MAX_DESCRIPTORS) throw damaged(source, `volume descriptors: a terminator expected, none found`)
    const range = blockRange(block, SECTOR_SIZE)
    if (block === first && range.offset + SECTOR_SIZE > source.size) throw notAnImage(source.name)
    const sector = await image.bytes(range, 'volume descriptors', options)
    const type = volumeDescriptorType(sector)
    if (type === undefined && block === first) throw notAnImage(source.name)
    // A set without its terminator is accepted where the standard identifier stops: old programs made such images.
    if (type === undefined || type === VolumeDescriptorType.terminator) break
    if (type === VolumeDescriptorType.primary && !primary) {
      primary = { block, descriptor: decodePrimaryVolumeDescriptor(sector, range.offset) }
    } else if (type === VolumeDescriptorType.supplementary) {
      supplementary.push({ block, descriptor: decodeSupplementaryVolumeDescriptor(sector, range.offset) })
    } else if (type === VolumeDescriptorType.bootRecord && !bootRecord) {
      const descriptor = decodeBootRecord(sector, range.offset)
      if (descriptor.bootSystemIdentifier === EL_TORITO_IDENTIFIER) bootRecord = { block, descriptor }
    }
  }
  if (!primary) throw damaged(source, `volume descriptors: a primary one expected from block ${first}, none found`)
  const { logicalBlockSize } = primary.descriptor
  if (logicalBlockSize !== SECTOR_SIZE) {
    throw new KairosError(
      'iso/unsupported',
      `${source.name}: blocks of ${SECTOR_SIZE} bytes expected, blocks of ${logicalBlockSize} bytes found.`,
    )
  }
  const { volumeSpaceSize, root } = primary.descriptor
  // Counted from block 0 it would have the root in it.
  const sizeOrigin = blockOffset + (volumeSpaceSize > root.extent ? 0 : start - blockOffset)
  return { block: first, blocks: block - first + 1, blockOffset, sizeOrigin, primary, supplementary, bootRecord }
}

function notAnImage(name: string): KairosError {
  return new KairosError('iso/not-an-image', `${name}: an ISO 9660 image expected, something else found.`, {
    hint: 'Name an installation image (.iso), not a disk image, an archive or a web page.',
  })
}
