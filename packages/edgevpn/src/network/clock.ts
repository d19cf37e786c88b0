/** Where the time comes from, so that a test can turn it. */
export interface Clock {
  /** Milliseconds since 1970. Jumps when somebody sets the clock. */
  now(): number
  /**
   * Calls once when `now()` has reached a time, never before it, and within a second also when the clock was set forward
   * or the machine slept.
   *
   * @returns a function that takes the order back
   */
  at(timeMs: number, run: () => void): () => void
  /**
   * Calls once after a time, however the clock is set meanwhile. `Infinity` never comes.
   *
   * @returns a function that takes the order back
   */
  after(delayMs: number, run: () => void): () => void
}

/** setTimeout counts in 32 bits: a longer wait would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1
/** A timer does not know that the clock was set: a wait for a time of day looks at it this often. */
const LONGEST_LOOK_AWAY_MS = 1_000

/** The system's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),

  at(timeMs, run) {
    const leftMs = () => timeMs - Date.now()
    return startTimer(leftMs(), LONGEST_LOOK_AWAY_MS, leftMs, run)
  },

  after(delayMs, run) {
    return startTimer(delayMs, LONGEST_TIMEOUT_MS, (leftMs, waitedMs) => leftMs - waitedMs, run)
  },
}

/** Waits in steps; after each one `remaining` tells what is left. */
function startTimer(
  totalMs: number,
  longestStepMs: number,
  remaining: (leftMs: number, waitedMs: number) => number,
  run: () => void,
): () => void {
  let timer: NodeJS.Timeout
  const wait = (leftMs: number) => {
    const stepMs = Math.max(0, Math.min(leftMs, longestStepMs))
    timer = setTimeout(() => {
      const stillMs = remaining(leftMs, stepMs)
      if (stillMs > 0) wait(stillMs)
      else run()
    }, stepMs)
    timer.unref?.()
  }
  wait(totalMs)
  return () => clearTimeout(timer)
}
