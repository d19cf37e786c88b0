import { KairosError } from '@kairos-sdk/core'

/** Trying again makes no certificate valid and no name known. */
const LASTING = /CERT|SELF_SIGNED|VERIFY|ERR_TLS|ERR_SSL|^ENOTFOUND$/

/** Whether an error of the network may be gone at the next attempt. */
export function isTransient(error: unknown): boolean {
  if (!KairosError.is(error, 'input/unreachable')) return false
  for (let at: unknown = error.cause, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && LASTING.test(String(at.code))) return false
  }
  return true
}
