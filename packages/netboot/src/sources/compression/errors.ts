import { KairosError } from '@kairos-sdk/core'

/** An error that says what was expected of compressed bytes, and what was found. */
export function damaged(name: string, message: string, cause?: unknown): KairosError {
  return new KairosError('compression/damaged', `${name}: ${message}.`, {
    hint: 'Fetch or make it again: it is cut off or damaged.',
    cause,
  })
}
