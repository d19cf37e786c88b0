import { ByteWriter } from '../../../../bytes/writer.js'
import { bothEndian32, writeBothEndian32 } from '../both-endian.js'
import { structureReader } from '../structure-reader.js'
import { encodeSystemUseEntry } from '../system-use-entry.js'

/**
 * PN: device number of a block or character device (RRIP 1.12 section 4.1.2).
 *
 *     Offset  Size  Field
 *     4       8     high 32 bits of the device number (by custom: major), both-endian
 *     12      8     low 32 bits (by custom: minor), both-endian
 */
export interface DeviceNumber {
  readonly major: number
  readonly minor: number
}

/** @throws KairosError `iso/damaged` */
export function decodeDeviceNumber(data: Uint8Array, origin = 0): DeviceNumber {
  const reader = structureReader(data, 'PN entry', origin)
  const high = bothEndian32(reader, 'high')
  const low = bothEndian32(reader, 'low')
  // mkisofs on Linux writes the whole device number of glibc into the low half.
  if (high === 0 && low > 0xff) return { major: (low >>> 8) & 0xfff, minor: (low & 0xff) | ((low >>> 12) & 0xfff00) }
  return { major: high, minor: low }
}

export function encodeDeviceNumber({ major, minor }: DeviceNumber): Uint8Array {
  const writer = new ByteWriter(16, 'PN entry')
  writeBothEndian32(writer, major, 'high')
  writeBothEndian32(writer, minor, 'low')
  return encodeSystemUseEntry('PN', writer.written)
}
