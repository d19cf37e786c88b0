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
}

export interface WaitForTokenOptions extends Pick<ReadTokensOptions, 'isToken'> {
  /** Ends the waiting with `aborted`. Without it the wait may be for ever. */
  readonly signal?: AbortSignal | undefined
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

/**
 * Watches all displays until a pairing token appears on one. Most frames get a quick look, some a thorough one, and a
 * display that shows the same as before gets none.
 *
 * @throws KairosError `screenshot/unavailable`, `aborted`
 */
export async function waitForToken(options: WaitForTokenOptions = {}): Promise<TokensOnScreen> {
  const { signal, intervalMs = 1_000, thoroughEvery = 5, capture = takeScreenshots } = options
  const seen: Seen = new Map()
  for (let number = 1; ; number++) {
    throwIfAborted(signal, 'Watching the screen')
    const effort = (number - 1) % thoroughEvery === 0 ? 'thorough' : 'quick'
    const screenshots = await capture({ signal })
    const tokens = new Set<string>()
    const displays: string[] = []
    let changed = 0
    for (const screenshot of screenshots) {
      if (!isWorthALook(seen, screenshot, effort)) continue
      changed++
      const found = await tokensIn(screenshot, { signal, effort, isToken: options.isToken })
      if (found.length > 0) displays.push(screenshot.name)
      for (const token of found) tokens.add(token)
    }
    options.onFrame?.({ number, displays: screenshots.length, changed, effort })
    const [first, ...others] = tokens
    if (first !== undefined) return { tokens: [first, ...others], displays }
    await pause(intervalMs, signal)
  }
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
    throw translateError(error, 'Watching the screen')
  }
}
