import { getSystemErrorMap } from 'node:util'
import type { ErrorCode } from './codes.js'
import { KairosError } from './kairos-error.js'
import { codeOf, translationOf } from './known-errors.js'

/** Cancelled by whoever called; undici gives the name to its own ends of connections too. */
function isAbort(error: Error): boolean {
  return (error.name === 'AbortError' && codeOf(error) !== 'UND_ERR_ABORTED') || codeOf(error) === 'ABORT_ERR'
}

/** The error and what caused it, outermost first: fetch hides the errno two causes down. */
function* chain(error: unknown): Generator<unknown> {
  const seen = new Set<unknown>()
  for (let at = error; at !== undefined && at !== null && !seen.has(at); ) {
    yield at
    seen.add(at)
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0]
    else at = at instanceof Error ? at.cause : undefined
  }
}

/** What the operating system calls the error, for those that have no sentence of ours. */
function systemDescription(code: string): string | undefined {
  for (const [name, description] of getSystemErrorMap().values()) if (name === code) return description
  return undefined
}

/**
 * Turns whatever was thrown into a {@link KairosError}: the one place that knows the error codes of Node and of the
 * libraries below us. A KairosError is returned as it is.
 *
 * @param doing - what was being done, to begin the message with: `Cannot read config.yaml`
 * @param fallback - the code for an error that is not known here; one of `output/` also for what is not permitted
 */
export function translateError(error: unknown, doing: string, fallback: ErrorCode = 'internal'): KairosError {
  if (KairosError.is(error)) return error
  for (const link of chain(error)) {
    if (link instanceof Error && isAbort(link)) {
      return new KairosError('aborted', `${doing}: cancelled.`, { cause: error })
    }
    const known = translationOf(link)
    if (known) {
      // Of a file that is written, it is the output that is not permitted.
      const isOutput = known.code === 'input/not-permitted' && fallback.startsWith('output/')
      return new KairosError(isOutput ? fallback : known.code, `${doing}: ${known.found}.`, {
        hint: known.hint,
        cause: error,
      })
    }
    const code = codeOf(link)
    const described = code === undefined ? undefined : systemDescription(code)
    if (described) return new KairosError(fallback, `${doing}: ${described}.`, { cause: error })
  }
  return new KairosError(fallback, `${doing}: ${messageOf(error).replace(/\.?\s*$/, '.')}`, { cause: error })
}

/** The first message that says something: fetch's own is always the same. */
function messageOf(error: unknown): string {
  for (const link of chain(error)) {
    if (link instanceof Error && !/^(|fetch failed|terminated)$/.test(link.message.trim())) return link.message
  }
  return error instanceof Error ? error.message || error.name : String(error)
}

/**
 * Throws `aborted` when the signal has fired.
 *
 * @throws KairosError `aborted`
 */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (!signal?.aborted) return
  if (KairosError.is(signal.reason)) throw signal.reason
  throw new KairosError('aborted', `${doing}: cancelled.`, { cause: signal.reason })
}
