import { decodeName } from '../../../file-system/name.js'
import { decodeReference } from '../structures/metadata-reference.js'
import { structureReader } from '../structures/structure-reader.js'
import {
  decodeXattrId,
  decodeXattrKey,
  decodeXattrTable,
  NO_XATTRS,
  XATTR_ID_SIZE,
  XATTR_KEY_SIZE,
  XATTR_PREFIXES,
  XATTR_TABLE_SIZE,
} from '../structures/xattr.js'
import { damaged, type ImageContext } from './image-context.js'
import { readRecord } from './lookup-table.js'
import type { MetadataCursor } from './metadata-reader.js'

/** What Linux knows at most. */
const MAX_NAME_SIZE = 255
const MAX_VALUE_SIZE = 65536
/** Of one inode. */
const MAX_TOTAL_SIZE = 16 * 1024 * 1024

/** @throws KairosError `squashfs/damaged` also for more or larger attributes than Linux can have */
export async function readXattrs(image: ImageContext, index: number): Promise<Map<string, Uint8Array>> {
  const xattrs = new Map<string, Uint8Array>()
  const { xattrTable } = image.superblock
  if (index === NO_XATTRS || xattrTable === undefined) return xattrs
  const head = await image.metadata.raw(xattrTable, XATTR_TABLE_SIZE, 'xattr table')
  const { start, count } = decodeXattrTable(structureReader(head, 'xattr table', xattrTable))
  const table = { name: 'xattr table', start: xattrTable + XATTR_TABLE_SIZE, count, recordSize: XATTR_ID_SIZE }
  const id = decodeXattrId(await readRecord(image, table, index))
  const { block, offset } = decodeReference(id.reference)
  const cursor = image.metadata.cursor(start + block, offset)
  let total = 0
  for (let left = id.count; left > 0; left--) {
    const key = decodeXattrKey(structureReader(await cursor.read(XATTR_KEY_SIZE), 'xattr key'))
    const prefix = XATTR_PREFIXES[key.prefix]
    if (key.nameSize > MAX_NAME_SIZE) {
      throw damaged(image, `xattr: a name of up to ${MAX_NAME_SIZE} bytes expected, ${key.nameSize} found`)
    }
    const name = decodeName(await cursor.read(key.nameSize))
    const value = await readValue(image, cursor, start, key.outOfLine)
    total += XATTR_KEY_SIZE + name.length + value.length
    if (total > MAX_TOTAL_SIZE) throw damaged(image, `xattrs: up to ${MAX_TOTAL_SIZE} bytes expected, more found`)
    // Linux ignores prefixes that it does not know, too.
    if (prefix !== undefined) xattrs.set(prefix + name, value)
  }
  return xattrs
}

async function readValue(
  image: ImageContext,
  cursor: MetadataCursor,
  start: number,
  outOfLine: boolean,
): Promise<Uint8Array> {
  const value = await readSized(image, cursor)
  if (!outOfLine) return value
  const { block, offset } = decodeReference(structureReader(value, 'xattr reference').safeUint64le('reference'))
  return readSized(image, image.metadata.cursor(start + block, offset))
}

async function readSized(image: ImageContext, cursor: MetadataCursor): Promise<Uint8Array> {
  const size = structureReader(await cursor.read(4), 'xattr value').uint32le('size')
  if (size > MAX_VALUE_SIZE)
    throw damaged(image, `xattr: a value of up to ${MAX_VALUE_SIZE} bytes expected, ${size} found`)
  return cursor.read(size)
}
