import type { NetbootInit } from '@kairos-sdk/netboot/boot'
import { macPolicy } from './mac-policy.js'
import { type NetbootArguments, parseAddress } from './netboot-options.js'

/**
 * The options of the netboot server that the arguments ask for.
 *
 * @param httpPort - of the HTTP server
 * @throws ArgumentProblem
 */
export function netbootInitOf(
  args: NetbootArguments,
  httpPort: number,
): Pick<NetbootInit, 'interfaces' | 'advertise' | 'policy' | 'ipxe' | 'ports'> {
  const { allow, deny, ipxeDir, advertise } = args
  return {
    interfaces: args.interface,
    advertise: advertise === undefined ? undefined : parseAddress(advertise, '--advertise'),
    policy: macPolicy({ allow, deny }),
    ipxe: { directory: ipxeDir },
    ports: { dhcp: args.dhcpPort, pxe: args.pxePort, tftp: args.tftpPort, http: httpPort },
  }
}
