import { KairosError, translateError } from '@kairos-sdk/core'
import type { PairingOptions, PairingPayload } from '@kairos-sdk/edgevpn/pairing'
import type { CommandContext } from '../../runtime/command.js'
import { type Machine, machineData } from '../machines/machine.js'
import type { PairingSdk, Sdk } from '../sdk.js'

type Outcome = { readonly machine: Machine } & (
  | { readonly status: 'registered'; readonly peerId: string; readonly elapsedMs: number }
  | { readonly status: 'failed'; readonly error: KairosError }
)

/**
 * Sends the payload to all machines at once and tells how each fared.
 *
 * @throws KairosError the one of the machine; of several machines, one with the code of the first that failed
 */
export async function sendToAll(
  machines: readonly Machine[],
  payload: PairingPayload,
  options: PairingOptions,
  context: CommandContext<Sdk>,
): Promise<void> {
  checkListen(machines, options)
  const pairing = await context.sdk.pairing()
  const outcomes = await Promise.all(
    machines.map((machine) => sendTo(machine, payload, options, machines.length > 1, pairing, context)),
  )
  // Also when some failed: a program has to learn which of them have their config now.
  context.reporter.answer({ event: 'result', machines: outcomes.map(describeOutcome) }, '')
  const failed = outcomes.filter((outcome) => outcome.status === 'failed')
  const [first] = failed
  if (!first) return
  if (machines.length === 1) throw first.error
  const names = failed.map(({ machine }) => machine.name).join('; ')
  throw new KairosError(
    first.error.code,
    `${failed.length} of ${machines.length} machines ${failed.length === 1 ? 'was' : 'were'} not registered: ${names}.`,
    { hint: first.error.hint, cause: first.error },
  )
}

async function sendTo(
  machine: Machine,
  payload: PairingPayload,
  options: PairingOptions,
  isOneOfSeveral: boolean,
  { send }: PairingSdk,
  { reporter, signal }: CommandContext<Sdk>,
): Promise<Outcome> {
  const name = isOneOfSeveral ? machine.name : undefined
  const task = reporter.task({ name, message: 'Starting the peer-to-peer node', data: machineData(machine) })
  try {
    const result = await send(machine.token, payload, { ...options, signal, onProgress: task.progress })
    task.succeed(`Registered: ${result.peerId} confirmed the config`, { peerId: result.peerId })
    return { machine, status: 'registered', ...result }
  } catch (cause) {
    const error = translateError(cause, 'Cannot register the machine')
    if (isOneOfSeveral && error.code !== 'aborted') task.fail(error)
    else task.drop()
    return { machine, status: 'failed', error }
  }
}

function describeOutcome(outcome: Outcome) {
  const data = machineData(outcome.machine)
  if (outcome.status === 'failed') return { ...data, status: outcome.status, code: outcome.error.code }
  return { ...data, status: outcome.status, peerId: outcome.peerId, elapsedMs: Math.round(outcome.elapsedMs) }
}

/** Each machine has a network of its own, and two cannot listen on one port. */
function checkListen(machines: readonly Machine[], { network }: PairingOptions): void {
  const fixed = network?.listen?.find((address) => /\/(tcp|udp)\/[1-9]/.test(address))
  if (machines.length < 2 || fixed === undefined) return
  throw new KairosError('argument/invalid', `--listen ${fixed} names a port, which only one machine can have.`, {
    hint: 'End the address with /tcp/0 for a free port, or register the machines one by one.',
  })
}
