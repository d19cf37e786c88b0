const UNITS = ['kB', 'MB', 'GB', 'TB'] as const

/** A number of bytes as short as it can be told: `512 bytes`, `705.3 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  let amount = bytes / 1_000
  let unit = 0
  for (; amount >= 999.95 && unit < UNITS.length - 1; unit++) amount /= 1_000
  return `${amount.toFixed(1)} ${UNITS[unit]}`
}
