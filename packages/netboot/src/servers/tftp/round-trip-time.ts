import type { Clock } from '../clock.js'

/** How long an acknowledgement takes, measured on the way. */
export interface RoundTripTime {
  /** A block is sent for the first time. */
  sent(block: number): void
  /** An acknowledgement came for this block and all before it. */
  acknowledged(block: number): void
  /** Something is sent again: what is heard next may answer the first or the second (Karn's rule). */
  forget(): void
  /** How long it is worth waiting for an answer. */
  patienceMs(): number
}

const MIN_PATIENCE_MS = 5
/** Share of a new measurement in the average (RFC 6298). */
const GAIN = 1 / 8

/** @param fallbackMs - patience before anything was measured */
export function createRoundTripTime(clock: Clock, fallbackMs: number): RoundTripTime {
  let measuring: { readonly block: number; readonly sentMs: number } | undefined
  let averageMs: number | undefined
  return {
    sent(block) {
      measuring ??= { block, sentMs: clock.now() }
    },
    acknowledged(block) {
      if (!measuring || block < measuring.block) return
      const tookMs = clock.now() - measuring.sentMs
      averageMs = averageMs === undefined ? tookMs : averageMs + GAIN * (tookMs - averageMs)
      measuring = undefined
    },
    forget() {
      measuring = undefined
    },
    patienceMs: () => (averageMs === undefined ? fallbackMs : Math.max(MIN_PATIENCE_MS, 2 * averageMs)),
  }
}
