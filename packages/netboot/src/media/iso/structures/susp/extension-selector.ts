import { structureReader } from '../structure-reader.js'
import { encodeSystemUseEntry } from '../system-use-entry.js'

/**
 * ES: the entries that follow belong to the extension of this number, counted as the ER entries (SUSP 1.12 section 5.6).
 *
 *     Offset  Size  Field
 *     4       1     sequence number of the extension
 */
export interface ExtensionSelector {
  readonly extension: number
}

/** @throws KairosError `iso/damaged` */
export function decodeExtensionSelector(data: Uint8Array, origin = 0): ExtensionSelector {
  return { extension: structureReader(data, 'ES entry', origin).uint8('extension') }
}

export function encodeExtensionSelector({ extension }: ExtensionSelector): Uint8Array {
  return encodeSystemUseEntry('ES', new Uint8Array([extension]))
}
