import type { Io, StopSignal } from './io.js'

export interface StopWatch extends Disposable {
  /** Fires at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** The signal that came, if one did. */
  readonly received: StopSignal | undefined
}

/**
 * Turns the first SIGINT or SIGTERM into an AbortSignal. From then on nobody listens: a second one ends the process at
 * once, as the operating system does by itself.
 *
 * @param onStop - called at the first one, before anything is aborted
 */
export function watchStopSignals(signals: Io['signals'], onStop: (signal: StopSignal) => void): StopWatch {
  const controller = new AbortController()
  let received: StopSignal | undefined
  const stop = (signal: StopSignal) => {
    forget()
    received = signal
    onStop(signal)
    controller.abort()
  }
  const onInterrupt = () => stop('SIGINT')
  const onTerminate = () => stop('SIGTERM')
  const forget = () => {
    signals.off('SIGINT', onInterrupt)
    signals.off('SIGTERM', onTerminate)
  }
  signals.on('SIGINT', onInterrupt)
  signals.on('SIGTERM', onTerminate)
  return {
    signal: controller.signal,
    get received() {
      return received
    },
    [Symbol.dispose]: forget,
  }
}
