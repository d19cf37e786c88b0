import { structureReader } from '../structure-reader.js'
import { encodeSystemUseEntry } from '../system-use-entry.js'

/**
 * NM: the name of a file, or a part of it (RRIP 1.12 section 4.1.4).
 *
 *     Offset  Size  Field
 *     4       1     flags
 *     5       ...   bytes of the name; UTF-8 by custom
 */
export interface AlternateName {
  /** Bits of {@link NameFlag}. */
  readonly flags: number
  readonly name: Uint8Array
}

export const NameFlag = {
  /** The name goes on in the next NM entry. */
  continue: 1,
  /** The name is ".". */
  current: 2,
  /** The name is "..". */
  parent: 4,
} as const

/** Most bytes of a name that one NM entry can hold. */
export const MAX_NAME_PART = 250

/** @throws KairosError `iso/damaged` */
export function decodeAlternateName(data: Uint8Array, origin = 0): AlternateName {
  const reader = structureReader(data, 'NM entry', origin)
  return { flags: reader.uint8('flags'), name: reader.rest() }
}

export function encodeAlternateName({ flags, name }: AlternateName): Uint8Array {
  const data = new Uint8Array(1 + name.length)
  data[0] = flags
  data.set(name, 1)
  return encodeSystemUseEntry('NM', data)
}

/**
 * One NM entry for a name, or as many as it needs.
 *
 * @param firstPart - bytes of the name that the first entry has room for. Default and most: 250
 */
export function encodeAlternateNames(name: Uint8Array, firstPart = MAX_NAME_PART): Uint8Array[] {
  const entries: Uint8Array[] = []
  let size = Math.min(firstPart, MAX_NAME_PART)
  for (let at = 0; at === 0 || at < name.length; size = MAX_NAME_PART) {
    const end = Math.min(at + size, name.length)
    const flags = end < name.length ? NameFlag.continue : 0
    entries.push(encodeAlternateName({ flags, name: name.subarray(at, end) }))
    at = end
  }
  return entries
}
