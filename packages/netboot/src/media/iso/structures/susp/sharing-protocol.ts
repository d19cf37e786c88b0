import { structureReader } from '../structure-reader.js'
import { encodeSystemUseEntry } from '../system-use-entry.js'

/**
 * SP: in the "." record of the root, says that the tree uses SUSP (SUSP 1.12 section 5.3).
 *
 *     Offset  Size  Field
 *     4       2     0xBE, 0xEF
 *     6       1     bytes to skip before the first entry in every other system use area
 */
export interface SharingProtocol {
  readonly skip: number
}

/** `undefined` when the check bytes are wrong: the tree does not use SUSP then. */
export function decodeSharingProtocol(data: Uint8Array): SharingProtocol | undefined {
  if (data.length < 3 || data[0] !== 0xbe || data[1] !== 0xef) return undefined
  return { skip: structureReader(data.subarray(2), 'SP entry').uint8('bytes to skip') }
}

export function encodeSharingProtocol({ skip }: SharingProtocol): Uint8Array {
  return encodeSystemUseEntry('SP', new Uint8Array([0xbe, 0xef, skip]))
}
