import { KairosError, translateError } from '@kairos-sdk/core'
import type { CommandContext } from '../../runtime/command.js'
import type { QrSdk, Sdk } from '../sdk.js'
import type { Machine } from './machine.js'
import { machinesOfTokens } from './machines-of-arguments.js'

type Context = Pick<CommandContext<Sdk>, 'sdk' | 'signal' | 'reporter'>

const WATCH_HINT = 'Make the whole code visible, add --watch to wait for it, or pass a picture or the token.'
const PATIENCE_HINT = 'Make the whole code visible and larger, or wait for it longer, an hour for example: --timeout 1h'

/**
 * The machines whose codes are on the displays now.
 *
 * @throws KairosError `screenshot/unavailable`, `qr/no-code`, `qr/no-token`, `aborted`
 */
export async function machinesOnScreen({ sdk, signal, reporter }: Context): Promise<Machine[]> {
  const task = reporter.task({ message: 'Looking for a QR code on the screen' })
  try {
    const qr = await sdk.qr()
    const machines: Machine[] = []
    const failures: KairosError[] = []
    const displays = await qr.takeScreenshots({ signal })
    for (const { name, picture } of displays) {
      const found = await tokensOf(qr, picture, name, signal)
      if (KairosError.is(found)) failures.push(found)
      else machines.push(...machinesOfTokens(found, name))
    }
    if (machines.length === 0)
      throw nothingFound(
        displays.map(({ name }) => name),
        failures,
      )
    return machines
  } finally {
    task.drop()
  }
}

/**
 * The machines whose codes are the first to appear on a display.
 *
 * @param timeoutMs - gives up after this time
 * @throws KairosError `screenshot/unavailable`, `qr/no-code`, `aborted`
 */
export async function waitForMachinesOnScreen(
  timeoutMs: number,
  { sdk, signal, reporter }: Context,
): Promise<Machine[]> {
  const task = reporter.task({ message: 'Waiting for a QR code to appear on the screen' })
  let isBlind = false
  try {
    const { waitForToken } = await sdk.qr()
    const { tokens, displays } = await waitForToken({
      signal,
      timeoutMs,
      onFrame({ number, displays: count, changed, failure }) {
        reporter.debug(`Look ${number}: ${changed} of ${count} displays changed`)
        if (failure && !isBlind) reporter.warn(`Cannot look at the screen now, and goes on trying: ${failure.message}`)
        isBlind = failure !== undefined
      },
    })
    return machinesOfTokens(tokens, displays.join(' and '))
  } catch (error) {
    // With a cause, the hint is what to do about that.
    if (!KairosError.is(error, 'qr/no-code') || error.cause !== undefined) throw error
    throw new KairosError(error.code, error.message, { hint: PATIENCE_HINT, cause: error })
  } finally {
    task.drop()
  }
}

async function tokensOf(
  qr: QrSdk,
  picture: Uint8Array,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[] | KairosError> {
  try {
    return (await qr.readTokensFromPicture(picture, { name: `the screenshot of ${name}`, signal })).tokens
  } catch (cause) {
    const error = translateError(cause, `Cannot look at ${name}`)
    if (error.code === 'aborted') throw error
    // One display without a code, or with a picture that cannot be read, must not hide the code on the next one.
    return error
  }
}

function nothingFound(displays: readonly string[], failures: readonly KairosError[]): KairosError {
  const [first] = failures
  const telling =
    failures.find(({ code }) => code === 'qr/no-token') ?? failures.find(({ code }) => code !== 'qr/no-code')
  if (telling) return telling
  if (first && failures.length === 1)
    return new KairosError(first.code, first.message, { hint: WATCH_HINT, cause: first })
  return new KairosError(
    'qr/no-code',
    `No QR code on any of the ${displays.length} displays (${displays.join(', ')}).`,
    {
      hint: WATCH_HINT,
      cause: first,
    },
  )
}
