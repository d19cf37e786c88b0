import type { PlannedMachine } from '@kairos-sdk/netboot/provision'
import type { MachineNames } from '../netboot/machine-table.js'

/** The names that a table gives to machines; `undefined` where it gives none. */
export function machineNames(machines: readonly PlannedMachine[]): MachineNames | undefined {
  const names = new Map<string, string>()
  for (const { name, mac, uuid } of machines) {
    // Who has no name is called by its address or UUID, which says nothing new.
    if (name === mac?.replaceAll(':', '-') || name === uuid) continue
    for (const id of [mac, uuid]) if (id !== undefined) names.set(id, name)
  }
  return names.size === 0 ? undefined : ({ mac, uuid }) => names.get(mac) ?? names.get(uuid?.toLowerCase() ?? '')
}
