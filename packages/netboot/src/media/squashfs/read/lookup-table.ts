import type { ByteReader } from '../../../bytes/reader.js'
import { METADATA_SIZE } from '../structures/metadata-header.js'
import { structureReader } from '../structures/structure-reader.js'
import { damaged, type ImageContext } from './image-context.js'

export interface LookupTable {
  /** For messages: `id table`. */
  readonly name: string
  /** Where the offsets of the metadata blocks begin in the image. */
  readonly start: number | undefined
  /** Number of records. */
  readonly count: number
  /** Bytes of a record; metadata blocks hold a whole number of them. */
  readonly recordSize: number
}

/**
 * A record of a table that is read by index.
 *
 * @throws KairosError `squashfs/damaged` also for an index that the table does not have
 */
export async function readRecord(image: ImageContext, table: LookupTable, index: number): Promise<ByteReader> {
  if (table.start === undefined || index >= table.count) {
    throw damaged(
      image,
      `${table.name}: an index below ${table.start === undefined ? 0 : table.count} expected, ${index} found`,
    )
  }
  const perBlock = METADATA_SIZE / table.recordSize
  const at = table.start + Math.floor(index / perBlock) * 8
  const offset = structureReader(await image.metadata.raw(at, 8, table.name), table.name, at).safeUint64le('block')
  const cursor = image.metadata.cursor(offset, (index % perBlock) * table.recordSize)
  return structureReader(await cursor.read(table.recordSize), `${table.name}, record ${index}`)
}

/** The owner or group behind an index of an inode. */
export async function readId(image: ImageContext, index: number): Promise<number> {
  const { idTable, idCount } = image.superblock
  const table = { name: 'id table', start: idTable, count: idCount, recordSize: 4 }
  return (await readRecord(image, table, index)).uint32le('id')
}
