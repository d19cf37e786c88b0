import { isIPv4 } from 'node:net'
import { KairosError } from '@kairos-sdk/core'
import type { Configuration } from '../configuration/index.js'

/**
 * Looks for one port that two servers of a run would want: the second would find it taken by this very process. Names of hosts
 * are not looked up.
 *
 * @throws KairosError `configuration/invalid`
 */
export function checkPorts({ listenAddress, netboot, ...configuration }: Configuration): void {
  const { disableNetboot, disableHttpServer, disableIso } = configuration
  if (disableNetboot || disableHttpServer || disableIso) return
  const { port, host } = listenAddress
  if (port === 0 || port !== netboot.httpPort || !overlap(host, netboot.listenAddress)) return
  throw new KairosError(
    'configuration/invalid',
    `listen_addr and netboot_http_port: a port for each expected, ${port} for both found.`,
    { hint: `Choose another one: --set netboot_http_port=${port === 8090 ? 8091 : 8090}` },
  )
}

/** On the addresses of both no port can be opened twice. */
function overlap(host: string | undefined, netboot: string | undefined): boolean {
  // On `::` Node listens for IPv4 too.
  if (host === undefined || host === '0.0.0.0' || host === '::') return true
  return host === netboot || (isIPv4(host) && (netboot === undefined || netboot === '0.0.0.0'))
}
