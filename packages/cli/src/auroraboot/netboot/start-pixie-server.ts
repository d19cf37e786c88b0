import { interfacesAt, type NetbootInit } from '@kairos-sdk/netboot/boot'
import { readCloudConfig } from '../../input/cloud-config-input.js'
import type { Context } from '../command.js'
import { openSource } from '../media/open-image.js'
import { netbootInitOf } from './netboot-init.js'
import { type NetbootArguments, parseAddress, parsePort } from './netboot-options.js'
import { serveMachines } from './serve-machines.js'
import { showPlan } from './show-plan.js'

export interface StartPixieArguments extends NetbootArguments {
  readonly cloudConfig: string
  readonly squashfs: string
  readonly address: string
  readonly port: string
  readonly initrd: string
  readonly kernel: string
  readonly cmdline: string | undefined
}

/**
 * Boots machines into Kairos, until the person stops it.
 *
 * @throws KairosError those of `openSource`, `readCloudConfig` and `NetbootServer.start`; ArgumentProblem
 */
export async function startPixieServer(args: StartPixieArguments, context: Context): Promise<void> {
  const base = netbootInitOf(args, parsePort(args.port, 'PORT'))
  const address = parseAddress(args.address, 'ADDRESS')
  const config = await readCloudConfig(args.cloudConfig, context)
  for (const warning of config.check.warnings) context.reporter.warn(warning)
  const init: NetbootInit = {
    ...base,
    interfaces: base.interfaces ?? interfacesAt(address),
    listenAddress: address,
    artifacts: {
      kernel: await openSource(args.kernel, context),
      initrds: [await openSource(args.initrd, context)],
      rootfs: await openSource(args.squashfs, context),
    },
    cloudConfig: config.text,
    extraCmdline: args.cmdline,
  }
  await (args.dryRun ? showPlan(init, context) : serveMachines(init, context))
}
