import { isServed, type OwnInterface, selectInterfaces } from '../../dhcp/own-interfaces.js'
import type { Finding } from '../finding.js'

/** Bridges and such that container engines and hypervisors make for themselves: no machine to boot is there by chance. */
const VIRTUAL = /^(docker|br-|veth|virbr|cni|podman|flannel|cali|lxc|lxd|vmnet|tailscale|tun|wg|zt)/

/**
 * Tells the interfaces that netboot would serve.
 *
 * @param wanted - names or own addresses that the person chose
 */
export function checkInterfaces(all: readonly OwnInterface[], wanted: readonly string[] | undefined): Finding[] {
  const missing = (wanted ?? []).filter(
    (entry) => !all.some(({ name, address }) => name === entry || address === entry),
  )
  const served = selectInterfaces(all, wanted)
  const details = { interfaces: all.map((own) => ({ ...own, served: isServed(own, wanted) })) }
  const findings: Finding[] = missing.map((entry) => ({
    check: 'interfaces',
    level: 'problem',
    found: `No interface or address of this machine is called ${JSON.stringify(entry)}.`,
    advice: `There are: ${listOf(all) || 'none'}.`,
  }))
  if (served.length === 0) {
    if (missing.length > 0) return findings
    const found = 'No interface has an IPv4 address, besides loopback.'
    const advice = 'Connect this machine to the network of the machines that are to boot, and give it an address.'
    return [{ check: 'interfaces', level: 'problem', found, advice, details }]
  }
  findings.push({ check: 'interfaces', level: 'ok', found: `Would serve ${listOf(served)}.`, details })
  if (wanted === undefined && served.length > 1) findings.push(manyInterfaces(served))
  return findings
}

function manyInterfaces(served: readonly OwnInterface[]): Finding {
  const likely = served.find(({ name }) => !VIRTUAL.test(name)) ?? served[0]
  return {
    check: 'interfaces',
    level: 'warning',
    found: `There are ${served.length} interfaces, and machines on all of them would be offered to boot.`,
    advice: `Choose with --interface, for example --interface ${likely?.name}. It may be given several times.`,
  }
}

function listOf(interfaces: readonly OwnInterface[]): string {
  return interfaces.map(({ name, address }) => `${name} (${address})`).join(', ')
}
