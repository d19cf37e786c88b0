import { KairosError } from '@kairos-sdk/core'
import type { TransferRequest } from './transfer.js'

/**
 * Compares the size that a server tells with the one that is expected, where both are known.
 *
 * @throws KairosError `input/changed`
 */
export function checkSize({ size: expected }: TransferRequest, name: string, found: number | undefined): void {
  if (expected !== undefined && found !== undefined && found !== expected) throw wrongSize(name, expected, found)
}

/** @throws KairosError `input/too-large` */
export function checkLimit({ maxBytes = Number.POSITIVE_INFINITY }: TransferRequest, name: string, found: number) {
  if (found <= maxBytes) return
  throw new KairosError('input/too-large', `${name}: at most ${maxBytes} bytes expected, more found.`)
}

/** What is wrong with the whole content, if something is. */
export function contentProblem(
  { size, sha256 }: TransferRequest,
  name: string,
  found: { readonly length: number; readonly sha256: string },
): KairosError | undefined {
  if (size !== undefined && found.length !== size) return wrongSize(name, size, found.length)
  const expected = sha256?.toLowerCase()
  if (expected === undefined || found.sha256 === expected) return undefined
  return new KairosError('input/changed', `${name}: SHA-256 ${expected} expected, ${found.sha256} found.`, {
    hint: 'Do not use this file before you know why it differs.',
  })
}

export function wrongSize(name: string, expected: number, found: number | 'more'): KairosError {
  return new KairosError('input/changed', `${name}: ${expected} bytes expected, ${found} found.`, {
    hint: 'The server has another file than the one that was asked for, or does not tell its size rightly.',
  })
}
