import type { OpenDatagramSocket } from '../datagram-socket.js'
import { UNSPECIFIED_ADDRESS } from './options/ipv4-address.js'

/** Any port serves: nothing is sent. */
const DISCARD_PORT = 9

/**
 * The own address from which the system would send to another one, `undefined` when there is no way to it. Asks the
 * routing table by tying a socket to the address; nothing is sent.
 */
export async function findSourceAddress(to: string, openSocket: OpenDatagramSocket): Promise<string | undefined> {
  try {
    const socket = await openSocket({
      address: UNSPECIFIED_ADDRESS,
      port: 0,
      peer: { address: to, port: DISCARD_PORT },
      onMessage() {},
      onError() {},
    })
    const { address } = socket.local
    socket.close()
    return address === UNSPECIFIED_ADDRESS ? undefined : address
  } catch {
    return undefined
  }
}
