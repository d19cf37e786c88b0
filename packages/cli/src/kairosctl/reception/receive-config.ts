import { decodeToken, generateToken, KairosError, NEVER_ROTATE, type Token } from '@kairos-sdk/core'
import type { NetworkOptions } from '@kairos-sdk/edgevpn/network'
import type { ReceivedPayload } from '@kairos-sdk/edgevpn/pairing'
import type { CommandContext } from '../../runtime/command.js'
import { openSecretFile, type SecretFile } from '../../runtime/secret-file.js'
import type { Sdk } from '../sdk.js'
import { showToken, writeQrPng } from '../show-token.js'

export interface ReceiveArguments {
  readonly token: string | undefined
  readonly output: string | undefined
  readonly qrOutput: string | undefined
  /** Undefined: as it suits. */
  readonly showToken: boolean | undefined
  readonly timeout: number
  readonly network: NetworkOptions
}

/**
 * Waits for a config and gives it to whom it is for: a file, or standard output.
 *
 * @throws KairosError those of `decodeToken`, `openSecretFile` and `receive`
 */
export async function receiveConfig(args: ReceiveArguments, context: CommandContext<Sdk>): Promise<void> {
  const { sdk, signal, reporter } = context
  const token = tokenFor(args, reporter.json)
  // Opened now, because a config that arrives and cannot be kept would be lost.
  await using file = args.output === undefined ? undefined : await openSecretFile(args.output)
  if (args.qrOutput !== undefined) await writeQrPng(token, args.qrOutput, context)
  if (args.showToken ?? (args.token === undefined && !reporter.json)) await showToken(token, context)
  const { receive } = await sdk.pairing()
  const task = reporter.task({ message: 'Starting the peer-to-peer node', data: { fingerprint: token.fingerprint } })
  let received: ReceivedPayload
  try {
    received = await receive(token, {
      timeoutMs: args.timeout,
      network: args.network,
      signal,
      onProgress: task.progress,
    })
  } catch (error) {
    task.drop()
    throw error
  }
  task.succeed(`Received a config of ${Buffer.byteLength(received.config).toLocaleString('en')} bytes`)
  noteWishes(received, context)
  await deliver(received, file, context)
}

/** The token to wait with. A new one that nobody gets to see would be waited with in vain. */
function tokenFor(args: ReceiveArguments, json: boolean): Token {
  if (args.token !== undefined) return decodeToken(args.token)
  const isShown = args.qrOutput !== undefined || (args.showToken ?? !json)
  if (isShown) return generateToken({ interval: NEVER_ROTATE })
  throw new KairosError('argument/invalid', 'A new token is made, but nobody would see it.', {
    hint: json
      ? 'Add --qr for an event with the token, or pass one with --token.'
      : 'Leave out --no-qr, or pass --token.',
  })
}

/** What the sender asked for besides the config; an installer of one's own may want to act on it. */
function noteWishes({ device, reboot, poweroff }: ReceivedPayload, { reporter }: CommandContext<Sdk>): void {
  if (reporter.json) return
  const wishes = [device && `install on ${device}`, reboot && 'then restart', poweroff && 'then turn off'].filter(
    Boolean,
  )
  if (wishes.length > 0) reporter.note(`The sender asks to ${wishes.join(', ').replace(/^then /, '')}.`)
}

async function deliver(
  { config, device, reboot, poweroff, elapsedMs }: ReceivedPayload,
  file: SecretFile | undefined,
  { reporter }: CommandContext<Sdk>,
): Promise<void> {
  const data = { event: 'result', device: device ?? null, reboot, poweroff, elapsedMs: Math.round(elapsedMs) }
  if (!file) return reporter.answer({ ...data, config }, config)
  await file.commit(config)
  reporter.note(`Written to ${file.path}.`)
  reporter.answer({ ...data, output: file.path, bytes: Buffer.byteLength(config) }, '')
}
