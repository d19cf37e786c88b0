import { ArgumentProblem } from './argument-problem.js'

const UNITS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const
const DURATION = /^(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?(?:(?<ms>\d+)ms)?$/

/** Timers of Node count milliseconds in 31 bits; a longer one would fire at once. */
const MAX_DURATION_MS = 2 ** 31 - 1

/**
 * A duration as people write it (`10m`, `90s`, `1h30m`, `500ms`, or `90` for seconds) in milliseconds.
 *
 * @param option - the option that it is the value of
 * @throws ArgumentProblem for anything else, for zero and for more than 24 days
 */
export function parseDuration(text: string, option: string): number {
  const fail = (found: string) =>
    new ArgumentProblem(`${option}: a duration like 90 (seconds), 10m or 1h30m is expected, ${found} found.`)
  const parts = DURATION.exec(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text)?.groups
  if (text === '' || !parts) throw fail(JSON.stringify(text))
  const total = Object.entries(UNITS).reduce((sum, [unit, size]) => sum + Number(parts[unit] ?? 0) * size, 0)
  if (total < 1) throw fail('no time at all')
  if (total > MAX_DURATION_MS) throw fail('more than 24 days')
  return Math.round(total)
}

/** Time that has gone by, as short as it can be told: `0.8 s`, `12 s`, `3 min 5 s`. */
export function formatElapsed(elapsedMs: number): string {
  if (elapsedMs < 9_950) return `${(elapsedMs / 1_000).toFixed(1)} s`
  const seconds = Math.round(elapsedMs / 1_000)
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
