import type { Clock } from './clock.js'

/** A clock for tests: stands still until it is turned. */
export interface FakeClock extends Clock {
  /** Moves the time on and calls what was ordered until then, in order. */
  advance(milliseconds: number): void
}

export function fakeClock(startMs: number): FakeClock {
  let now = startMs
  const orders = new Set<{ timeMs: number; run: () => void }>()
  return {
    now: () => now,
    at(timeMs, run) {
      const order = { timeMs, run }
      orders.add(order)
      return () => void orders.delete(order)
    },
    advance(milliseconds) {
      const end = now + milliseconds
      for (;;) {
        const [next] = [...orders].filter(({ timeMs }) => timeMs <= end).sort((a, b) => a.timeMs - b.timeMs)
        if (!next) break
        orders.delete(next)
        now = Math.max(now, next.timeMs)
        next.run()
      }
      now = end
    },
  }
}
