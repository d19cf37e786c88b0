import type { DatagramSocket, Endpoint, OpenDatagramSocket } from '../datagram-socket.js'

/** Sends to everybody on the network of an own address. */
export interface BroadcastSenders {
  /** @throws KairosError when no socket can be opened on the address */
  send(bytes: Uint8Array, fromAddress: string, to: Endpoint): Promise<void>
  close(): void
}

/**
 * Sockets that are each bound to one address of ours: a broadcast from one leaves by its interface, while one from a
 * socket on 0.0.0.0 leaves by the default route alone.
 *
 * They are bound to the server's port, as clients check it, and tied to the broadcast address as their peer, so that they
 * receive nothing: untied, they would be the best match for every unicast packet to that port, and swallow the renewals
 * of leases that are for a DHCP server on the same host.
 */
export function createBroadcastSenders(
  port: number,
  openSocket: OpenDatagramSocket,
  onError: (error: Error) => void,
): BroadcastSenders {
  const sockets = new Map<string, Promise<DatagramSocket>>()
  let closed = false

  const socketOn = (address: string, peer: Endpoint) => {
    const found = sockets.get(address)
    if (found) return found
    const forget = () => {
      if (sockets.get(address) !== opening) return
      sockets.delete(address)
      void opening.then((socket) => socket.close()).catch(() => {})
    }
    const opening = openSocket({
      address,
      port,
      reuse: true,
      broadcast: true,
      peer,
      onMessage() {},
      onError(error) {
        // The address may have gone from this machine; another attempt opens another socket.
        forget()
        onError(error)
      },
    })
    sockets.set(address, opening)
    opening.catch(forget)
    return opening
  }

  return {
    async send(bytes, fromAddress, to) {
      const socket = await socketOn(fromAddress, to)
      if (!closed) socket.send(bytes, to)
    },
    close() {
      closed = true
      for (const opening of sockets.values()) void opening.then((socket) => socket.close()).catch(() => {})
      sockets.clear()
    },
  }
}
