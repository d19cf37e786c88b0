import { type MachineRule, type NetbootInit, policyByMachine } from '../../servers/boot/index.js'
import { withoutConfig } from './check-cmdline.js'
import type { PlanContext } from './plan-context.js'

/**
 * What machines that boot over the network get of cloud configs. Machines of the table get their own; others what all get, or are
 * left alone. Where there is none for those others, the words of `netboot.cmdline` that name it are left out for them, as they
 * are of the default.
 */
export function configsOfBoot({
  cloudConfig,
  configuration: {
    netboot: { cmdline },
  },
  machines,
  options,
}: PlanContext): Pick<NetbootInit, 'cloudConfig' | 'cmdline' | 'policy'> {
  const rules: Record<string, MachineRule> = {}
  for (const { mac, uuid, cloudConfig: own } of machines) {
    for (const id of [mac, uuid]) if (id !== undefined) rules[id] = { cloudConfig: own, cmdline }
  }
  return {
    cloudConfig,
    cmdline: cloudConfig === undefined && cmdline !== undefined ? withoutConfig(cmdline) : cmdline,
    policy: policyByMachine(rules, options.onlyListed ? 'deny' : {}),
  }
}
