import { encodeSystemUseEntry } from '../system-use-entry.js'

/** ST: no entry follows in this area (SUSP 1.12 section 5.4). The entry has no data. */
export function encodeSystemUseTerminator(): Uint8Array {
  return encodeSystemUseEntry('ST', new Uint8Array(0))
}
