import { KairosError, translateError } from '@kairos-sdk/core'

/** What Node says while something is written is about the output; errors of the work itself have their codes already. */
export function outputError(error: unknown, doing: string): KairosError {
  const known = translateError(error, doing, 'output/not-writable')
  if (known === error || !known.code.startsWith('input/')) return known
  return new KairosError('output/not-writable', known.message, { hint: known.hint, cause: error })
}
