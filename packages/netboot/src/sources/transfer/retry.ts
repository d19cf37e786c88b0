import { setTimeout } from 'node:timers/promises'

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000
/** A server that wants a longer pause is not waited for. */
export const LONGEST_PAUSE_MS = 120_000

/**
 * How long to wait before an attempt: twice as long each time, and by chance up to half less, so that the machines of a
 * lab do not all come back at once.
 */
export function backOffMs(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1))
  return Math.round(longest * (1 - random() / 2))
}

/** The pause that a server asks for with `Retry-After`: seconds or a date (RFC 9110 section 10.2.3). */
export function retryAfterMs(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** Waits by the system's clock; rejects with the signal's reason. */
export async function waitByClock(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(delayMs, undefined, signal && { signal })
}
