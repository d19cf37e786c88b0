import { KairosError } from '@kairos-sdk/core'

/** Why a server's answer was an error: its status. */
export class HttpStatus extends Error {
  readonly status: number
  /** How long it wants not to be asked again. */
  readonly pauseMs: number | undefined

  constructor(status: number, pauseMs?: number) {
    super(`HTTP status ${status}`)
    this.name = 'HttpStatus'
    this.status = status
    this.pauseMs = pauseMs
  }
}

const BUSY = new Set([408, 425, 429, 500, 502, 503, 504])

/** True for the statuses of a server that is in trouble, and may be out of it soon. */
export function isBusy(status: number): boolean {
  return BUSY.has(status)
}

/** The HTTP status that led to an error, if one did. */
export function statusOf(error: unknown): number | undefined {
  return answerOf(error)?.status
}

/** How long the server that led to an error wants not to be asked again, if it said so. */
export function pauseOf(error: unknown): number | undefined {
  return answerOf(error)?.pauseMs
}

function answerOf(error: unknown): HttpStatus | undefined {
  return KairosError.is(error) && error.cause instanceof HttpStatus ? error.cause : undefined
}
