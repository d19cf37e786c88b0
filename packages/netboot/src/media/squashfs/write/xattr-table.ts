import { hash } from 'node:crypto'
import { ByteWriter } from '../../../bytes/writer.js'
import type { Compressor } from '../compression/compressor.js'
import { encodeReference } from '../structures/metadata-reference.js'
import { encodeXattrId, encodeXattrKey, XATTR_ID_SIZE, type XattrId } from '../structures/xattr.js'
import { MetadataWriter } from './metadata-writer.js'
import type { StoredXattr } from './xattr-sets.js'

/** A reference to a value takes 8 bytes; below this a second copy of the value compresses better. */
const MIN_OUT_OF_LINE = 64

export interface XattrTables {
  readonly keysAndValues: MetadataWriter
  /** Entries of the xattr id table. */
  readonly ids: Uint8Array
}

/**
 * Encodes keys and values. A long value that occurred before is stored as a reference to it: many files differ in one
 * attribute and share another.
 */
export function encodeXattrs(sets: readonly (readonly StoredXattr[])[], compressor: Compressor): XattrTables {
  const keysAndValues = new MetadataWriter(compressor)
  const stored = new Map<string, number>()
  const ids: XattrId[] = sets.map((set) => {
    const reference = encodeReference(keysAndValues.position)
    let size = 0
    for (const xattr of set) size += append(keysAndValues, stored, xattr)
    return { reference, count: set.length, size }
  })
  const table = new ByteWriter(ids.length * XATTR_ID_SIZE, 'xattr ids')
  for (const id of ids) table.bytes(encodeXattrId(id), 'xattr id')
  return { keysAndValues, ids: table.written }
}

/** @returns bytes of key and value */
function append(writer: MetadataWriter, stored: Map<string, number>, { prefix, name, value }: StoredXattr): number {
  const digest = value.length < MIN_OUT_OF_LINE ? undefined : hash('sha256', value)
  const known = digest === undefined ? undefined : stored.get(digest)
  const key = encodeXattrKey({ prefix, outOfLine: known !== undefined, nameSize: name.length })
  writer.append(key)
  writer.append(name)
  if (known === undefined && digest !== undefined) stored.set(digest, encodeReference(writer.position))
  const encoded =
    known === undefined ? sized(value) : sized(new ByteWriter(8, 'reference').uint64le(known, 'to').written)
  writer.append(encoded)
  return key.length + name.length + encoded.length
}

function sized(value: Uint8Array): Uint8Array {
  return new ByteWriter(4 + value.length, 'xattr value').uint32le(value.length, 'size').bytes(value, 'value').written
}
