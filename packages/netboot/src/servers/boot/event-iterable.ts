import type { Unsubscribe } from '../event-stream.js'

/** A consumer that falls behind by more events than these loses the oldest: it must not cost the server its memory. */
const MAX_QUEUED = 10_000

/** Events from now on, until the signal stops them. */
export function iterateEvents<Event>(
  on: (listener: (event: Event) => void) => Unsubscribe,
  signal: AbortSignal,
): AsyncIterableIterator<Event> {
  const queue: Event[] = []
  let wake = () => {}
  const unsubscribe = on((event) => {
    queue.push(event)
    if (queue.length > MAX_QUEUED) queue.shift()
    wake()
  })
  const stop = () => {
    unsubscribe()
    wake()
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })

  async function* events(): AsyncGenerator<Event> {
    try {
      for (;;) {
        const event = queue.shift()
        if (event !== undefined) yield event
        else if (signal.aborted) return
        else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      unsubscribe()
      signal.removeEventListener('abort', stop)
    }
  }
  return events()
}
