/** Where the time comes from, so that a test can turn it. */
export interface Clock {
  /** Milliseconds, from any beginning; they never go backwards. */
  now(): number
  /**
   * Calls once after a time.
   *
   * @returns a function that takes the order back
   */
  after(delayMs: number, run: () => void): () => void
}

/** The system's monotonic clock: setting the date neither hastens nor delays anything. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
