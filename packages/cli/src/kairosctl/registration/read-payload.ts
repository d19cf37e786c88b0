import { setInstallOptions } from '@kairos-sdk/core'
import type { PairingPayload } from '@kairos-sdk/edgevpn/pairing'
import { readCloudConfig } from '../../input/cloud-config-input.js'
import type { CommandContext } from '../../runtime/command.js'
import type { Sdk } from '../sdk.js'

export interface PayloadArguments {
  readonly config: string
  readonly device: string | undefined
  readonly reboot: boolean | undefined
  readonly poweroff: boolean | undefined
}

/**
 * Reads what is to be sent, and makes sure that it can be.
 *
 * @throws KairosError those of `readCloudConfig` and `setInstallOptions`
 */
export async function readPayload(
  { config, device, reboot, poweroff }: PayloadArguments,
  context: CommandContext<Sdk>,
): Promise<PairingPayload> {
  const { text, check } = await readCloudConfig(config, context)
  for (const warning of check.warnings) context.reporter.warn(warning)
  const install = { device, ...(reboot && { reboot }), ...(poweroff && { poweroff }) }
  // `send` merges these into the config; what it cannot merge has to come to light before the network is started.
  setInstallOptions(text, install)
  return { config: text, ...install }
}
