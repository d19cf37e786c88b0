import type { Clock } from './clock.js'

/** A clock for tests: stands still until it is turned. */
export interface FakeClock extends Clock {
  /** Lets time pass and calls what was ordered until then, in order. */
  advance(milliseconds: number): void
  /** Sets the clock, as a person or NTP would: no time passes. */
  set(timeMs: number): void
}

interface Order {
  /** Milliseconds until it is due. */
  readonly left: () => number
  readonly run: () => void
}

export function fakeClock(startMs: number): FakeClock {
  let now = startMs
  /** Milliseconds that have passed, whatever the clock says. */
  let passed = 0
  const orders = new Set<Order>()

  function order(left: () => number, run: () => void) {
    const one: Order = { left, run }
    orders.add(one)
    return () => void orders.delete(one)
  }

  function pass(milliseconds: number) {
    now += milliseconds
    passed += milliseconds
  }

  return {
    now: () => now,
    at: (timeMs, run) => order(() => timeMs - now, run),
    after(delayMs, run) {
      const due = passed + delayMs
      return order(() => due - passed, run)
    },
    advance(milliseconds) {
      const end = passed + milliseconds
      for (;;) {
        const [next] = [...orders].sort((one, other) => one.left() - other.left())
        if (!next || passed + next.left() > end) break
        orders.delete(next)
        pass(Math.max(0, next.left()))
        next.run()
      }
      pass(end - passed)
    },
    set(timeMs) {
      now = timeMs
    },
  }
}
