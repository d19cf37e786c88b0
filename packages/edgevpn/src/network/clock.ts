/** Where the time comes from, so that a test can turn it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Calls once when `now()` has reached a time, never before it.
   *
   * @returns a function that takes the order back
   */
  at(timeMs: number, run: () => void): () => void
}

/** setTimeout counts in 32 bits: a longer wait would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/** The system's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(timeMs, run) {
    let timer: NodeJS.Timeout
    const wait = () => {
      // A timer may fire a millisecond early by the wall clock; then it waits for the rest.
      const left = timeMs - Date.now()
      if (left <= 0) return run()
      timer = setTimeout(wait, Math.min(left, LONGEST_TIMEOUT_MS))
      timer.unref?.()
    }
    timer = setTimeout(wait, Math.max(0, Math.min(timeMs - Date.now(), LONGEST_TIMEOUT_MS)))
    timer.unref?.()
    return () => clearTimeout(timer)
  },
}
