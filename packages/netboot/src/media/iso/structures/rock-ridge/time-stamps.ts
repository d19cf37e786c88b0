import { ByteWriter } from '../../../../bytes/writer.js'
import { decodeRecordingDate, RECORDING_DATE_SIZE, writeRecordingDate } from '../recording-date.js'
import { structureReader } from '../structure-reader.js'
import { encodeSystemUseEntry } from '../system-use-entry.js'
import { decodeVolumeDate, VOLUME_DATE_SIZE, writeVolumeDate } from '../volume-date.js'

/**
 * TF: time stamps (RRIP 1.12 section 4.1.6). The dates follow in the order of their bits.
 *
 *     Offset  Size  Field
 *     4       1     flags: bits 0 to 6 which dates are there, bit 7 long form
 *     5       ...   dates: of 7 bytes as in a directory record, in long form of 17 as in a volume descriptor
 */
export interface TimeStamps {
  readonly createdAt?: Date | undefined
  readonly modifiedAt?: Date | undefined
  readonly accessedAt?: Date | undefined
  /** When the attributes changed. */
  readonly changedAt?: Date | undefined
  readonly backedUpAt?: Date | undefined
  readonly expiresAt?: Date | undefined
  readonly effectiveAt?: Date | undefined
}

const FIELDS = [
  'createdAt',
  'modifiedAt',
  'accessedAt',
  'changedAt',
  'backedUpAt',
  'expiresAt',
  'effectiveAt',
] as const satisfies readonly (keyof TimeStamps)[]

const LONG_FORM = 0x80

/** @throws KairosError `iso/damaged` */
export function decodeTimeStamps(data: Uint8Array, origin = 0): TimeStamps {
  const reader = structureReader(data, 'TF entry', origin)
  const flags = reader.uint8('flags')
  const stamps: { -readonly [K in keyof TimeStamps]: TimeStamps[K] } = {}
  FIELDS.forEach((field, bit) => {
    if ((flags & (1 << bit)) === 0) return
    stamps[field] = flags & LONG_FORM ? decodeVolumeDate(reader, field) : decodeRecordingDate(reader, field)
  })
  return stamps
}

/** Writes the dates that are given; `longForm` keeps hundredths of a second. */
export function encodeTimeStamps(stamps: TimeStamps, longForm = false): Uint8Array {
  const given = FIELDS.filter((field) => stamps[field] !== undefined)
  const writer = new ByteWriter(1 + given.length * (longForm ? VOLUME_DATE_SIZE : RECORDING_DATE_SIZE), 'TF entry')
  const bits = given.reduce((flags, field) => flags | (1 << FIELDS.indexOf(field)), 0)
  writer.uint8(bits | (longForm ? LONG_FORM : 0), 'flags')
  for (const field of given) {
    if (longForm) writeVolumeDate(writer, stamps[field], field)
    else writeRecordingDate(writer, stamps[field], field)
  }
  return encodeSystemUseEntry('TF', writer.written)
}
