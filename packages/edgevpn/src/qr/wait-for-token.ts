import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { KairosError, throwIfAborted, translateError } from '@kairos-sdk/core'
import type { DecodeEffort } from './decode-qr-codes.js'
import { type ReadTokensOptions, readTokensFromPicture } from './read-tokens.js'
import type { Screenshot } from './screenshots/screenshot.js'
import { takeScreenshots } from './screenshots/take-screenshots.js'

/** What was seen in one round over all displays. */
export interface Frame {
  /** 1 for the first. */
  readonly number: number
  /** Displays, and those of them that had changed since they were looked at last. */
  readonly displays: number
  readonly changed: number
  readonly effort: DecodeEffort
  /** Why the displays, or one of them, could not be looked at. The next frame may do better. */
  readonly failure: KairosError | undefined
}

export interface WaitForTokenOptions extends Pick<ReadTokensOptions, 'isToken'> {
  /** Ends the waiting with `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** Gives up after this time with `qr/no-code`. Default, and for more than 24 days: waits for ever. */
  readonly timeoutMs?: number | undefined
  /** Pause between two frames. Default 1,000 ms. */
  readonly intervalMs?: number | undefined
  /** Each how many frames the displays are looked at thoroughly; the first frame always is. Default 5. */
  readonly thoroughEvery?: number | undefined
  /** Told of each frame, after it was looked at. */
  readonly onFrame?: ((frame: Frame) => void) | undefined
  /** Default {@link takeScreenshots}. */
  readonly capture?: ((options: { signal: AbortSignal | undefined }) => Promise<Screenshot[]>) | undefined
}

/** The tokens of the first frame that has any. */
export interface TokensOnScreen {
  readonly tokens: readonly [string, ...string[]]
  /** The displays that they are on. */
  readonly displays: readonly string[]
}

/** How thoroughly the picture with this hash was looked at; it is not looked at again in the same way. */
type Seen = Map<string, { readonly hash: string; readonly effort: DecodeEffort }>

/** A longer time than timers of Node can count. */
const FOR_EVER_MS = 2 ** 31
const WATCHING = 'Watching the screen'

/**
 * Watches all displays until a pairing token appears on one. Most frames get a quick look, some a thorough one, and a
 * display that shows the same as before gets none. When the first frame shows that no display can be looked at, it says
 * so at once; later, where a screen may be locked for a while or a display plugged in, it goes on.
 *
 * @throws KairosError `screenshot/unavailable` and others of the first frame, `qr/no-code` after `timeoutMs`, `aborted`
 */
export async function waitForToken(options: WaitForTokenOptions = {}): Promise<TokensOnScreen> {
  const { signal, timeoutMs = FOR_EVER_MS } = options
  if (timeoutMs >= FOR_EVER_MS) return watch(options)
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  let failure: KairosError | undefined
  try {
    return await watch({
      ...options,
      signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
      onFrame(frame) {
        failure = frame.failure
        options.onFrame?.(frame)
      },
    })
  } catch (error) {
    const isLate = deadline.signal.aborted && !signal?.aborted && KairosError.is(error, 'aborted')
    throw isLate ? notInTime(timeoutMs, failure) : error
  } finally {
    clearTimeout(timer)
  }
}

async function watch(options: WaitForTokenOptions): Promise<TokensOnScreen> {
  const { signal, intervalMs = 1_000, thoroughEvery = 5 } = options
  const seen: Seen = new Map()
  for (let number = 1; ; number++) {
    throwIfAborted(signal, WATCHING)
    const effort = (number - 1) % thoroughEvery === 0 ? 'thorough' : 'quick'
    const { tokens, where, isBlind, ...round } = await lookAtDisplays(seen, effort, options)
    if (number === 1 && isBlind && round.failure) throw round.failure
    options.onFrame?.({ ...round, number, effort })
    const [first, ...others] = tokens
    if (first !== undefined) return { tokens: [first, ...others], displays: where }
    await pause(intervalMs, signal)
  }
}

interface Round {
  readonly tokens: ReadonlySet<string>
  /** Those that a token is on. */
  readonly where: readonly string[]
  readonly displays: number
  readonly changed: number
  readonly failure: KairosError | undefined
  /** Nothing could be looked at. */
  readonly isBlind: boolean
}

async function lookAtDisplays(seen: Seen, effort: DecodeEffort, options: WaitForTokenOptions): Promise<Round> {
  const { signal, isToken, capture = takeScreenshots } = options
  const tokens = new Set<string>()
  const where: string[] = []
  let changed = 0
  let failures = 0
  let failure: KairosError | undefined
  const failed = (error: unknown) => {
    throwIfAborted(signal, WATCHING)
    failures++
    failure ??= translateError(error, WATCHING)
  }
  let screenshots: readonly Screenshot[] = []
  try {
    screenshots = await capture({ signal })
  } catch (error) {
    failed(error)
  }
  for (const screenshot of screenshots) {
    if (!isWorthALook(seen, screenshot, effort)) continue
    changed++
    try {
      const found = await tokensIn(screenshot, { signal, effort, isToken })
      if (found.length > 0) where.push(screenshot.name)
      for (const token of found) tokens.add(token)
    } catch (error) {
      failed(error)
    }
  }
  return { tokens, where, displays: screenshots.length, changed, failure, isBlind: failures >= screenshots.length }
}

function notInTime(timeoutMs: number, failure: KairosError | undefined): KairosError {
  const seconds = Number((timeoutMs / 1_000).toFixed(1))
  const reason = failure ? ` The last look failed: ${failure.message}` : ''
  return new KairosError('qr/no-code', `No QR code with a token appeared on the screen in ${seconds} s.${reason}`, {
    hint: failure?.hint ?? 'Make the whole code visible and larger, or wait for it longer.',
    cause: failure,
  })
}

function isWorthALook(seen: Seen, { name, picture }: Screenshot, effort: DecodeEffort): boolean {
  const hash = createHash('sha256').update(picture).digest('base64')
  const last = seen.get(name)
  if (last?.hash === hash && (last.effort === 'thorough' || effort === 'quick')) return false
  seen.set(name, { hash, effort })
  return true
}

async function tokensIn({ name, picture }: Screenshot, options: ReadTokensOptions): Promise<readonly string[]> {
  try {
    return (await readTokensFromPicture(picture, { ...options, name })).tokens
  } catch (error) {
    if (KairosError.is(error, 'qr/no-code') || KairosError.is(error, 'qr/no-token')) return []
    throw error
  }
}

async function pause(intervalMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(intervalMs, undefined, { signal })
  } catch (error) {
    throw translateError(error, WATCHING)
  }
}
