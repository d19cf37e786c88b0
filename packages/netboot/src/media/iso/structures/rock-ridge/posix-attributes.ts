import { ByteWriter } from '../../../../bytes/writer.js'
import { bothEndian32, writeBothEndian32 } from '../both-endian.js'
import { structureReader } from '../structure-reader.js'
import { encodeSystemUseEntry } from '../system-use-entry.js'

/**
 * PX: POSIX file attributes (RRIP 1.12 section 4.1.1). The serial number came with RRIP 1.12 and RRIP 1.09 lacks it.
 *
 *     Offset  Size  Field
 *     4       8     mode (st_mode), both-endian
 *     12      8     number of links, both-endian
 *     20      8     user, both-endian
 *     28      8     group, both-endian
 *     36      8     serial number, both-endian (RRIP 1.12)
 */
export interface PosixAttributes {
  /** Type and permissions as of st_mode. */
  readonly mode: number
  readonly links: number
  readonly user: number
  readonly group: number
  /** `undefined`: RRIP 1.09, without the field. */
  readonly serial: number | undefined
}

/** The type in a mode (POSIX sys/stat.h). */
export const FileType = {
  mask: 0o170000,
  fifo: 0o010000,
  characterDevice: 0o020000,
  directory: 0o040000,
  blockDevice: 0o060000,
  regular: 0o100000,
  symbolicLink: 0o120000,
  socket: 0o140000,
} as const

/** @throws KairosError `iso/damaged` */
export function decodePosixAttributes(data: Uint8Array, origin = 0): PosixAttributes {
  const reader = structureReader(data, 'PX entry', origin)
  return {
    mode: bothEndian32(reader, 'mode'),
    links: bothEndian32(reader, 'links'),
    user: bothEndian32(reader, 'user'),
    group: bothEndian32(reader, 'group'),
    serial: reader.remaining >= 8 ? bothEndian32(reader, 'serial number') : undefined,
  }
}

export function encodePosixAttributes(attributes: PosixAttributes): Uint8Array {
  const writer = new ByteWriter(attributes.serial === undefined ? 32 : 40, 'PX entry')
  writeBothEndian32(writer, attributes.mode, 'mode')
  writeBothEndian32(writer, attributes.links, 'links')
  writeBothEndian32(writer, attributes.user, 'user')
  writeBothEndian32(writer, attributes.group, 'group')
  if (attributes.serial !== undefined) writeBothEndian32(writer, attributes.serial, 'serial number')
  return encodeSystemUseEntry('PX', writer.written)
}
