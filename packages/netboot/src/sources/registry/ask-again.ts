import { type KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import { pauseOf } from '../transfer/http-status.js'
import { backOffMs, LONGEST_PAUSE_MS, waitByClock } from '../transfer/retry.js'
import { isTransient } from '../transfer/transient.js'

const RETRIES = 3

export interface AskAgainOptions {
  /** What is being done, to begin messages with. */
  readonly doing: string
  /** Whether asking again may help. Default: for what is transient. */
  readonly mayHelp?: ((error: KairosError) => boolean) | undefined
  /** Waits between two attempts. Default: the system's clock. */
  readonly wait?: ((delayMs: number, signal: AbortSignal | undefined) => Promise<void>) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks until it works, or fails in a way that asking again does not change; three times again at most.
 *
 * @param ask - is told whether this is the last time
 * @throws KairosError what `ask` throws, translated; `aborted`
 */
export async function askAgain<Result>(
  ask: (isLast: boolean) => Promise<Result>,
  { doing, mayHelp = isTransient, wait = waitByClock, signal }: AskAgainOptions,
): Promise<Result> {
  for (let failures = 1; ; failures++) {
    const isLast = failures > RETRIES
    try {
      return await ask(isLast)
    } catch (cause) {
      throwIfAborted(signal, doing)
      const error = translateError(cause, doing, 'input/unreachable')
      const pauseMs = pauseOf(error) ?? 0
      if (isLast || !mayHelp(error) || pauseMs > LONGEST_PAUSE_MS) throw error
      await wait(Math.max(backOffMs(failures), pauseMs), signal).catch((reason: unknown) => {
        throw translateError(reason, doing)
      })
    }
  }
}
