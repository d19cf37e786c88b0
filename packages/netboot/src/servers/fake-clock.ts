import type { Clock } from './clock.js'

/** A clock for tests: stands still until it is turned. */
export interface FakeClock extends Clock {
  /** Moves the time to the next order and carries it out; false when there is none. */
  step(): boolean
  /** Moves the time on and carries out what was ordered until then, in order. */
  advance(milliseconds: number): void
  /** Orders that are still to come. */
  readonly pending: number
}

interface Order {
  readonly timeMs: number
  readonly sequence: number
  readonly run: () => void
}

export function fakeClock(): FakeClock {
  let now = 0
  let sequence = 0
  const orders = new Set<Order>()
  const next = () => {
    let first: Order | undefined
    for (const order of orders) {
      const earlier = first && (order.timeMs - first.timeMs || order.sequence - first.sequence) < 0
      if (!first || earlier) first = order
    }
    return first
  }
  const carryOut = (order: Order) => {
    orders.delete(order)
    now = order.timeMs
    order.run()
  }
  return {
    now: () => now,
    get pending() {
      return orders.size
    },
    after(delayMs, run) {
      const order = { timeMs: now + Math.max(0, delayMs), sequence: sequence++, run }
      orders.add(order)
      return () => void orders.delete(order)
    },
    step() {
      const order = next()
      if (order) carryOut(order)
      return order !== undefined
    },
    advance(milliseconds) {
      const end = now + milliseconds
      for (let order = next(); order && order.timeMs <= end; order = next()) carryOut(order)
      now = end
    },
  }
}
