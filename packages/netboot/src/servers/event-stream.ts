import type { Logger } from './logger.js'

/** Takes a listener back. */
export type Unsubscribe = () => void

export interface EventStream<Event> {
  /** Tells a listener of every event from now on. */
  on(listener: (event: Event) => void): Unsubscribe
  emit(event: Event): void
}

/** Events of a server, told at once and in order. */
export function createEventStream<Event>(logger: Logger): EventStream<Event> {
  const listeners = new Set<(event: Event) => void>()
  return {
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    emit(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event)
        } catch (error) {
          // A mistake in what watches must not stop the boot of other machines.
          logger.warn(`A listener of the server's events failed: ${error instanceof Error ? error.message : error}`)
        }
      }
    },
  }
}
