import { KairosError } from '@kairos-sdk/core'
import { type Plan, planProvision, provision, readConfiguration } from '@kairos-sdk/netboot/provision'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import type { Context } from '../command.js'
import { machineFields } from '../netboot/machines-for-programs.js'
import { parseAddress } from '../netboot/netboot-options.js'
import { serverLog } from '../netboot/server-log.js'
import { machineLines, machineSummary, showMachines } from '../netboot/show-machines.js'
import { machineNames } from './machine-names.js'
import { reportEvents } from './report-events.js'
import { resultFields, resultLines, servingText } from './results-text.js'
import { showPlan } from './show-plan.js'

export interface RunArguments {
  /** Configuration: a path, a URL or `-`. */
  readonly config: string | undefined
  readonly set: readonly string[] | undefined
  readonly cloudConfig: string | undefined
  readonly dryRun: boolean
  readonly machines: string | undefined
  readonly machineIsos: 'served' | 'files' | 'none' | undefined
  readonly onlyListed: boolean
  readonly releaseServer: string | undefined
  readonly allowInsecureRegistries: boolean
  readonly interface: readonly string[] | undefined
  readonly advertise: string | undefined
  readonly dhcpPort: number
  readonly pxePort: number
  readonly tftpPort: number
  readonly ipxeDir: string | undefined
}

/** What does the work; tests give their own. */
export interface ProvisionSdk {
  readonly readConfiguration: typeof readConfiguration
  readonly planProvision: typeof planProvision
  readonly provision: typeof provision
}

const realSdk: ProvisionSdk = { readConfiguration, planProvision, provision }

/**
 * Does what a configuration says, or shows it; then serves until the person stops it, if there is something to serve.
 *
 * @throws KairosError those of `readConfiguration`, `planProvision` and `provision`; ArgumentProblem
 */
export async function runConfiguration(
  args: RunArguments,
  context: Context,
  sdk: ProvisionSdk = realSdk,
): Promise<void> {
  const { reporter, signal } = context
  const read = await readArguments(args, context, sdk)
  if (args.onlyListed && read.configuration.machines === undefined) {
    throw new ArgumentProblem('--only-listed needs a table of machines.', 'Name it with --machines FILE.')
  }
  const plan = await sdk.planProvision(read, {
    machineIsos: args.machineIsos,
    onlyListed: args.onlyListed,
    interfaces: args.interface,
    advertise: args.advertise === undefined ? undefined : parseAddress(args.advertise, '--advertise'),
    ports: { dhcp: args.dhcpPort, pxe: args.pxePort, tftp: args.tftpPort },
    ipxe: { directory: args.ipxeDir },
    signal,
  })
  for (const warning of new Set([...read.warnings, ...plan.warnings])) reporter.warn(warning)
  if (args.dryRun) showPlan(read, plan, context)
  else await carryOut(plan, context, sdk)
}

async function carryOut(plan: Plan, { reporter, signal }: Context, sdk: ProvisionSdk): Promise<void> {
  const shown = { table: false }
  const hasTable = () => shown.table
  using events = reportEvents(reporter, hasTable)
  await using run = sdk.provision(plan, { signal, onEvent: events.report, logger: serverLog(reporter, hasTable) })
  const results = await run.ready
  reporter.answer({ event: 'ready', ...resultFields(results) }, resultLines(results))
  const { notes, title } = servingText(results)
  const nameOf = machineNames(plan.machines)
  if (!reporter.json) for (const note of notes) reporter.note(note)
  {
    using view =
      results.netboot && title !== undefined ? showMachines(reporter, () => run.machines(), title, nameOf) : undefined
    shown.table = view !== undefined
    if (!view && !reporter.json && title !== undefined) reporter.note(title)
    await run.done
  }
  const machines = results.netboot && run.machines()
  if (machines) reporter.note(machineSummary(machines))
  reporter.answer(
    { event: 'result', ...resultFields(results), ...(machines && { machines: machineFields(machines) }) },
    machineLines(machines ?? [], nameOf),
  )
}

/** @throws KairosError those of `readConfiguration` */
async function readArguments(args: RunArguments, { io, reporter, signal }: Context, sdk: ProvisionSdk) {
  const { config, cloudConfig, machines, releaseServer } = args
  // Options with a name of their own are other ways to write keys.
  const set = [
    ...(args.set ?? []),
    ...(machines === undefined ? [] : [`machines=${machines}`]),
    ...(releaseServer === undefined ? [] : [`release_server=${releaseServer}`]),
    ...(args.allowInsecureRegistries ? ['allow_insecure_registries=true'] : []),
  ]
  if (io.stdin.isTTY && [config, cloudConfig].includes('-')) {
    reporter.note('Type or paste it, then end it with Ctrl-D on a line of its own.')
  }
  try {
    return await sdk.readConfiguration({ file: config, set, cloudConfig, stdin: io.stdin, signal })
  } catch (error) {
    throw isPlainWord(config) && KairosError.is(error, 'input/not-found') ? notACommand(config, error) : error
  }
}

/** Who writes one word may have meant a command. */
function isPlainWord(config: string | undefined): config is string {
  return config !== undefined && /^[\w-]+$/.test(config) && config !== '-'
}

function notACommand(word: string, cause: KairosError): KairosError {
  const hint = `${word} is neither a command nor a file here. See: auroraboot --help`
  return new KairosError(cause.code, cause.message, { hint, cause })
}
