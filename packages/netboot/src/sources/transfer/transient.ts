import { KairosError } from '@kairos-sdk/core'
import { isBusy, statusOf } from './http-status.js'

/** Trying again makes no certificate valid and no name known. */
const LASTING = /CERT|SELF_SIGNED|VERIFY|ERR_TLS|ERR_SSL|^ENOTFOUND$/

/** Whether an error of the network, or of a server that is in trouble, may be gone at the next attempt. */
export function isTransient(error: unknown): boolean {
  const status = statusOf(error)
  if (status !== undefined) return isBusy(status)
  return KairosError.is(error, 'input/unreachable') && !codesOf(error).some((code) => LASTING.test(code))
}

/** The codes that Node and its libraries gave to what caused an error, the outermost first. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let at = KairosError.is(error) ? error.cause : error, depth = 0; at instanceof Error && depth < 5; depth++) {
    if ('code' in at) codes.push(String(at.code))
    at = at.cause
  }
  return codes
}
