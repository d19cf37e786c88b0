import type { ProgressEvent } from '@kairos-sdk/core'

/**
 * Lets those events through that say something new: another phase or message, or a whole percent more. An image of
 * gigabytes has as many thousand events.
 *
 * @param message - takes the place of the events' own
 */
export function wholePercents(onProgress: (event: ProgressEvent) => void, message?: string) {
  let told = ''
  return (event: ProgressEvent): void => {
    const shown = message === undefined ? event : { ...event, message }
    const percent = event.total ? Math.floor((100 * (event.done ?? 0)) / event.total) : event.done
    const state = `${shown.phase} ${shown.message} ${percent}`
    if (state === told) return
    told = state
    onProgress(shown)
  }
}
