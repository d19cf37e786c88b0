import type { MachineSetup, NetbootPolicy } from './netboot-init.js'

/** What a machine gets by name: what it boots, or nothing. */
export type MachineRule = MachineSetup | 'deny'

/**
 * A policy by hardware address or UUID, whichever a machine is listed under, in any spelling.
 *
 * @param otherwise - for machines that are not listed. Default `{}`: they boot what all boot
 */
export function policyByMachine(
  rules: Readonly<Record<string, MachineRule>>,
  otherwise: MachineRule = {},
): NetbootPolicy {
  const normalized = new Map(Object.entries(rules).map(([id, rule]) => [normalize(id), rule]))
  return ({ mac, uuid }) => {
    const rule = normalized.get(normalize(mac)) ?? (uuid && normalized.get(normalize(uuid))) ?? otherwise
    return rule === 'deny' || rule === '' ? undefined : rule
  }
}

function normalize(id: string): string {
  return id.toLowerCase().replace(/[^0-9a-f]/g, '')
}
