import { type Io, type StopSignal, StopSignals } from './io.js'

export interface StopWatch extends Disposable {
  /** Fires at the first of the signals. */
  readonly signal: AbortSignal
  /** The signal that came, if one did. */
  readonly received: StopSignal | undefined
}

/**
 * Turns the first Ctrl-C (or another signal to stop) into an AbortSignal. From then on nobody listens: a second one ends
 * the process at once, as the operating system does by itself.
 *
 * @param onStop - called at the first one, before anything is aborted
 */
export function watchStopSignals(signals: Io['signals'], onStop: (signal: StopSignal) => void): StopWatch {
  const controller = new AbortController()
  let received: StopSignal | undefined
  const listeners = StopSignals.map((signal) => {
    const listener = () => {
      forget()
      received = signal
      onStop(signal)
      controller.abort()
    }
    signals.on(signal, listener)
    return [signal, listener] as const
  })
  const forget = () => {
    for (const [signal, listener] of listeners) signals.off(signal, listener)
  }
  return {
    signal: controller.signal,
    get received() {
      return received
    },
    [Symbol.dispose]: forget,
  }
}
