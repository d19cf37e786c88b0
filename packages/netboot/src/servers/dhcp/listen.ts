import { KairosError } from '@kairos-sdk/core'
import type { DatagramSocket, DatagramSocketOptions, Endpoint, OpenDatagramSocket } from '../datagram-socket.js'
import { type AddressHandlers, findTaken, listenOnAddresses } from '../listen-on-addresses.js'
import { LIMITED_BROADCAST_ADDRESS, UNSPECIFIED_ADDRESS } from './options/ipv4-address.js'

export interface DhcpListener {
  readonly socket: DatagramSocket
  /** True when a DHCP server on this host has the port too. */
  readonly shared: boolean
}

export interface PxeListener {
  /** Where it listens. */
  readonly endpoints: readonly Endpoint[]
  close(): void
}

type Handlers = Pick<DatagramSocketOptions, 'onMessage' | 'onError'>

/**
 * Opens the DHCP port, beside a DHCP server on the same host if there is one. Of two sockets on 0.0.0.0 the later one
 * gets all unicast packets; that would be us, and the leases of the site could not be renewed. Then we listen for
 * broadcasts only, of which each gets a copy: all that machines send, and nothing of relays.
 *
 * @throws KairosError `network/address-in-use`, `input/not-permitted`, `network/start-failed`
 */
export async function listenForDhcp(
  port: number,
  openSocket: OpenDatagramSocket,
  handlers: Handlers,
): Promise<DhcpListener> {
  const taken = await findTaken(port, openSocket)
  const address = taken ? LIMITED_BROADCAST_ADDRESS : UNSPECIFIED_ADDRESS
  try {
    // Reusable in any case, so that a DHCP server can be started later.
    const socket = await openSocket({ address, port, reuse: true, broadcast: true, ...handlers })
    return { socket, shared: taken !== undefined }
  } catch (error) {
    if (!taken) throw error
    throw new KairosError('network/address-in-use', taken.message, {
      hint: 'The server that has the port does not share it. dnsmasq does when its config says bind-dynamic or bind-interfaces. Otherwise stop it, or run this on another host.',
      cause: error,
    })
  }
}

/**
 * Opens the PXE port, which two servers cannot share: machines send to it by unicast.
 *
 * @param told - own addresses that machines are told; they get sockets of their own, so that answers leave from there
 * @throws KairosError `network/address-in-use`, `input/not-permitted`, `network/start-failed`
 */
export async function listenForPxe(
  port: number,
  openSocket: OpenDatagramSocket,
  handlers: AddressHandlers,
  told: readonly string[] = [],
): Promise<PxeListener> {
  try {
    const addresses = [UNSPECIFIED_ADDRESS, ...told]
    // Reusable by our own sockets for broadcasts.
    const sockets = await listenOnAddresses({ port, addresses, reuse: true, openSocket, ...handlers })
    return {
      endpoints: sockets.map(({ local }) => local),
      close() {
        for (const socket of sockets) socket.close()
      },
    }
  } catch (error) {
    if (!KairosError.is(error, 'network/address-in-use')) throw error
    throw new KairosError('network/address-in-use', error.message, {
      hint: 'Another PXE server runs on this host. Stop it, or choose another port.',
      cause: error,
    })
  }
}
