/**
 * Date and time of a FAT directory entry, in UTC (Microsoft FAT specification 1.03, "Date and Time Formats").
 *
 *     date: bits 0-4 day, 5-8 month, 9-15 years since 1980
 *     time: bits 0-4 seconds / 2, 5-10 minutes, 11-15 hours
 *
 * Dates outside 1980 to 2107 become the nearest that can be written.
 */
export function encodeFatTimestamp(date: Date): { readonly date: number; readonly time: number } {
  const first = Date.UTC(1980, 0, 1)
  const last = Date.UTC(2107, 11, 31, 23, 59, 58)
  const within = new Date(Math.min(Math.max(date.getTime(), first), last))
  return {
    date: ((within.getUTCFullYear() - 1980) << 9) | ((within.getUTCMonth() + 1) << 5) | within.getUTCDate(),
    time: (within.getUTCHours() << 11) | (within.getUTCMinutes() << 5) | (within.getUTCSeconds() >> 1),
  }
}
