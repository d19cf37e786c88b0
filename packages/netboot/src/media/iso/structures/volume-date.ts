import type { ByteReader } from '../../../bytes/reader.js'
import type { ByteWriter } from '../../../bytes/writer.js'

/**
 * Date of a volume descriptor, also the long form of Rock Ridge TF (ECMA-119 section 8.4.26.1).
 *
 *     Offset  Size  Field
 *     0       4     year, digits
 *     4       2     month, digits, 01 to 12
 *     6       2     day, digits, 01 to 31
 *     8       2     hour, digits
 *     10      2     minute, digits
 *     12      2     second, digits
 *     14      2     hundredths of a second, digits
 *     16      1     offset from Greenwich in units of 15 minutes, signed
 *
 * All digits zero: no date.
 */
export const VOLUME_DATE_SIZE = 17

/** `undefined` is a date that is not given, or one that no calendar has. */
export function decodeVolumeDate(reader: ByteReader, field: string): Date | undefined {
  const digits = reader.latin1(16, field)
  const zone = reader.uint8(field)
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits)
  if (!found) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, hundredths = 0] = found.slice(1).map(Number)
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > 31) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const quarters = zone > 127 ? zone - 256 : zone
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute - quarters * 15, second, hundredths * 10)
  return date
}

/** Writes the date in UTC; years outside 1 to 9999 become the nearest that can be written. */
export function writeVolumeDate(writer: ByteWriter, date: Date | undefined, field: string): void {
  if (date === undefined) {
    writer.latin1('0000000000000000', 16, field).uint8(0, field)
    return
  }
  const first = Date.parse('0001-01-01T00:00:00.000Z')
  const last = Date.parse('9999-12-31T23:59:59.990Z')
  const within = new Date(Math.min(Math.max(date.getTime(), first), last))
  const digits = within.toISOString().replace(/\D/g, '').slice(0, 16)
  writer.latin1(digits, 16, field).uint8(0, field)
}
