import type { Endpoint } from '../datagram-socket.js'
import { LIMITED_BROADCAST_ADDRESS, UNSPECIFIED_ADDRESS } from './options/ipv4-address.js'
import type { DhcpPacket } from './packet.js'
import type { BootPort } from './reply.js'

export interface PeerPorts {
  /** Where clients listen. */
  readonly client: number
  /** Where relays listen. */
  readonly relay: number
}

/**
 * Where the answer to a request goes (RFC 2131 section 4.1): to the relay that passed it on, to the address that the
 * machine has, else to everybody. Unicast to a machine without an address, which the absence of the broadcast flag
 * permits, would be unicast to an address that we offer; we offer none.
 *
 * @param from - where the request came from
 */
export function destinationOf(request: DhcpPacket, from: Endpoint, port: BootPort, ports: PeerPorts): Endpoint {
  const everybody = { address: LIMITED_BROADCAST_ADDRESS, port: ports.client }
  if (port === 'pxe') {
    // Clients of the PXE port have an address already and may listen on any port.
    return from.address === UNSPECIFIED_ADDRESS ? everybody : { address: from.address, port: from.port }
  }
  if (request.giaddr !== UNSPECIFIED_ADDRESS) return { address: request.giaddr, port: ports.relay }
  if (request.ciaddr !== UNSPECIFIED_ADDRESS) return { address: request.ciaddr, port: ports.client }
  return everybody
}
