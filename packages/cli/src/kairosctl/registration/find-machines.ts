import { KairosError } from '@kairos-sdk/core'
import type { CommandContext } from '../../runtime/command.js'
import { type Machine, withDistinctNames, withoutRepeated } from '../machines/machine.js'
import { machinesOfArguments } from '../machines/machines-of-arguments.js'
import { machinesOnScreen, waitForMachinesOnScreen } from '../machines/machines-on-screen.js'
import type { Sdk } from '../sdk.js'

export interface FindMachinesOptions {
  /** Waits for a code to appear on the screen. */
  readonly watch: boolean
  /** How long it waits. */
  readonly timeoutMs: number
}

/**
 * The machines to register: those of the arguments, else those whose codes are on the screen.
 *
 * @throws KairosError `argument/invalid`, and those of the functions that look for them
 */
export async function findMachines(
  args: readonly string[],
  { watch, timeoutMs }: FindMachinesOptions,
  context: CommandContext<Sdk>,
): Promise<Machine[]> {
  if (watch && args.length > 0) {
    throw new KairosError('argument/invalid', '--watch looks at the screen, but a token or picture is given too.', {
      hint: 'Leave out one of the two.',
    })
  }
  const { reporter } = context
  const found = await (args.length > 0
    ? machinesOfArguments(args, context)
    : watch
      ? waitForMachinesOnScreen(timeoutMs, context)
      : machinesOnScreen(context))
  const distinct = withoutRepeated(found, (machine, first) => {
    reporter.note(
      machine.name === first.name
        ? `${machine.name} is named more than once; it is registered once.`
        : `${machine.name} shows the same code as ${first.name}; it is registered once.`,
    )
  })
  const machines = withDistinctNames(distinct)
  if (machines.length > 1 && machines.length > args.length) {
    reporter.note(`${machines.length} machines were found: ${machines.map(({ name }) => name).join('; ')}.`)
  }
  return machines
}
