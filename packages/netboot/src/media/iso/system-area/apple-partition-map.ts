import { ByteWriter } from '../../../bytes/writer.js'
import { structureReader } from '../structures/structure-reader.js'

/**
 * Entry of an Apple partition map (Inside Macintosh: Devices, "Data Organization on SCSI Devices"), big-endian. The map
 * stands from block 1 of the disk, one entry a block; hybrid images use blocks of 2,048 bytes, or of 512.
 *
 *     Offset  Size  Field
 *     0       2     signature "PM"
 *     2       2     reserved
 *     4       4     number of entries in the map
 *     8       4     first block of the partition
 *     12      4     number of blocks
 *     16      32    name
 *     48      32    type
 *     80      4     first data block, relative
 *     84      4     number of data blocks
 */
export interface ApplePartition {
  readonly mapEntries: number
  readonly firstBlock: number
  readonly blocks: number
  readonly name: string
  readonly type: string
  readonly dataBlocks: number
}

export const APPLE_PARTITION_SIGNATURE = 0x504d

/** Offsets of the two fields that change when a partition grows. */
export const ApplePartitionOffset = { blocks: 12, dataBlocks: 84 } as const

/** The entry in a block of the map; `undefined` when there is none. */
export function decodeApplePartition(block: Uint8Array, origin = 0): ApplePartition | undefined {
  const reader = structureReader(block, 'Apple partition map', origin)
  if (reader.remaining < 88 || reader.uint16('signature') !== APPLE_PARTITION_SIGNATURE) return undefined
  reader.skip(2, 'reserved')
  const mapEntries = reader.uint32('number of entries')
  const firstBlock = reader.uint32('first block')
  const blocks = reader.uint32('number of blocks')
  const name = reader.latin1(32, 'name').split('\0', 1)[0] ?? ''
  const type = reader.latin1(32, 'type').split('\0', 1)[0] ?? ''
  reader.skip(4, 'first data block')
  return { mapEntries, firstBlock, blocks, name, type, dataBlocks: reader.uint32('number of data blocks') }
}

/** The first 88 bytes of an entry, for tests and for maps made from scratch. */
export function encodeApplePartition(partition: ApplePartition): Uint8Array {
  return new ByteWriter(88, 'Apple partition map')
    .uint16(APPLE_PARTITION_SIGNATURE, 'signature')
    .skip(2, 'reserved')
    .uint32(partition.mapEntries, 'number of entries')
    .uint32(partition.firstBlock, 'first block')
    .uint32(partition.blocks, 'number of blocks')
    .latin1(partition.name, 32, 'name')
    .latin1(partition.type, 32, 'type')
    .skip(4, 'first data block')
    .uint32(partition.dataBlocks, 'number of data blocks').written
}
