import { writeFileSync } from 'node:fs'
import type { Host, Running } from './namespaces.js'
import { findProgram } from './requirements.js'

export interface DnsmasqPlan {
  /** The first three numbers of its network, `10.77.0`: it leases .100 to .150. */
  readonly network: string
  /** The file of its leases; those of an earlier one are forgotten. */
  readonly leases: string
  /** Default `--bind-interfaces`, without which dnsmasq shares its port with nobody. */
  readonly args?: readonly string[]
}

/** Starts the site's DHCP server on the network `lan` of a host. By itself it knows nothing of booting. */
export async function startDnsmasq(
  host: Host,
  { network, leases, args = ['--bind-interfaces'] }: DnsmasqPlan,
): Promise<Running> {
  writeFileSync(leases, '')
  const program = host.run(findProgram('dnsmasq') ?? 'dnsmasq', [
    ...['--no-daemon', '--conf-file=/dev/null', '--port=0', '--interface=lan', `--dhcp-leasefile=${leases}`],
    ...[`--dhcp-range=${network}.100,${network}.150,1h`, '--dhcp-authoritative', '--no-ping', ...args],
  ])
  await program.line(/DHCP, IP range/)
  return program
}
