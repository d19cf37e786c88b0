import type { ByteReader } from '../../../bytes/reader.js'
import type { ByteWriter } from '../../../bytes/writer.js'

/**
 * Date of a directory record, also the short form of Rock Ridge TF (ECMA-119 section 9.1.5).
 *
 *     Offset  Size  Field
 *     0       1     years since 1900
 *     1       1     month, 1 to 12
 *     2       1     day, 1 to 31
 *     3       1     hour
 *     4       1     minute
 *     5       1     second
 *     6       1     offset from Greenwich in units of 15 minutes, signed
 */
export const RECORDING_DATE_SIZE = 7

/** `undefined` is a date that is not given, or one that no calendar has. */
export function decodeRecordingDate(reader: ByteReader, field: string): Date | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zone = 0] = reader.bytes(
    RECORDING_DATE_SIZE,
    field,
  )
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined
  const quarters = zone > 127 ? zone - 256 : zone
  return new Date(Date.UTC(1900 + year, month - 1, day, hour, minute - quarters * 15, second))
}

/** Writes the date in UTC; years outside 1900 to 2155 become the nearest that can be written. */
export function writeRecordingDate(writer: ByteWriter, date: Date | undefined, field: string): void {
  if (date === undefined) {
    writer.skip(RECORDING_DATE_SIZE, field)
    return
  }
  const first = Date.UTC(1900, 0, 1)
  const last = Date.UTC(2155, 11, 31, 23, 59, 59)
  const within = new Date(Math.min(Math.max(date.getTime(), first), last))
  writer
    .uint8(within.getUTCFullYear() - 1900, field)
    .uint8(within.getUTCMonth() + 1, field)
    .uint8(within.getUTCDate(), field)
    .uint8(within.getUTCHours(), field)
    .uint8(within.getUTCMinutes(), field)
    .uint8(within.getUTCSeconds(), field)
    .uint8(0, field)
}
