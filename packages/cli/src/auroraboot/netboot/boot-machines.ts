import type { NetbootInit } from '@kairos-sdk/netboot/boot'
import { readCloudConfig } from '../../input/cloud-config-input.js'
import { ArgumentProblem } from '../../runtime/argument-problem.js'
import type { Context } from '../command.js'
import { openBootFiles } from './boot-files.js'
import { netbootInitOf } from './netboot-init.js'
import type { NetbootArguments } from './netboot-options.js'
import { serveMachines } from './serve-machines.js'
import { showPlan } from './show-plan.js'

export interface BootArguments extends NetbootArguments {
  readonly kernel: string
  readonly initrds: readonly string[] | undefined
  readonly cmdline: string | undefined
  readonly cloudConfig: string | undefined
  readonly listenAddr: string | undefined
  readonly port: number
}

const CONFIG_ARGUMENT = 'config_url={{ CONFIG }}'

/**
 * Boots machines with a kernel, until the person stops it.
 *
 * @throws KairosError those of `openBootFiles`, `readCloudConfig` and `NetbootServer.start`; ArgumentProblem
 */
export async function bootMachines(args: BootArguments, context: Context): Promise<void> {
  const { kernel, initrds = [], cmdline = '' } = args
  const base = netbootInitOf(args, args.port)
  const config = args.cloudConfig === undefined ? undefined : await readCloudConfig(args.cloudConfig, context)
  for (const warning of config?.check.warnings ?? []) context.reporter.warn(warning)
  const named = /\{\{-?\s*CONFIG\s*-?\}\}/.test(cmdline)
  // Of policies that choose machines the server cannot tell that they give none a config.
  if (named && !config) {
    throw new ArgumentProblem(
      '--cmdline: a cloud config for {{ CONFIG }} is expected, none found.',
      'Give it with --cloud-config.',
    )
  }
  const init: NetbootInit = {
    ...base,
    artifacts: await openBootFiles({ kernel, initrds, cmdline }, context),
    cmdline,
    cloudConfig: config?.text,
    extraCmdline: config && !named ? CONFIG_ARGUMENT : undefined,
    listenAddress: args.listenAddr,
  }
  await (args.dryRun ? showPlan(init, context) : serveMachines(init, context))
}
