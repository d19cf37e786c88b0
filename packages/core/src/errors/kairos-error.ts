import type { ErrorCode } from './codes.js'

export interface KairosErrorOptions {
  /** What the person can do next, as a sentence or two. */
  readonly hint?: string | undefined
  /** The error that led to this one. */
  readonly cause?: unknown
}

/**
 * The one error class of the toolkit. The message says what was expected and what was found, the hint what to do next.
 * Neither ever holds a secret.
 */
export class KairosError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  /**
   * The message in lines. What comes from outside and has line breaks is in one of them: whoever shows them can tell its
   * breaks from ours.
   */
  readonly lines: readonly string[]

  /** @param message - in lines where it has several */
  constructor(code: ErrorCode, message: string | readonly string[], options: KairosErrorOptions = {}) {
    const lines = typeof message === 'string' ? [message] : message
    super(lines.join('\n'), options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'KairosError'
    this.code = code
    this.hint = options.hint
    this.lines = lines
  }

  /**
   * True for a KairosError, also one of another copy of this package (where `instanceof` fails).
   *
   * @param code - when given, true only for an error with this code
   */
  static is(value: unknown, code?: ErrorCode): value is KairosError {
    return (
      value instanceof Error &&
      value.name === 'KairosError' &&
      'code' in value &&
      (code === undefined || value.code === code)
    )
  }
}
