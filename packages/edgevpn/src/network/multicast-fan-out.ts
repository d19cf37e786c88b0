import { createSocket, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { encode, type Packet } from 'dns-packet'

const GROUP = '224.0.0.251'
const PORT = 5_353

/**
 * Sends multicast DNS packets out of every IPv4 interface.
 *
 * multicast-dns listens on all interfaces but sends by the default route only: with a second network card, or on a
 * network without a gateway, nobody would hear us.
 */
export interface MulticastFanOut {
  /** Sends to everybody; false where there is no interface to send by. */
  send(packet: Packet): boolean
  close(): void
}

export function openMulticastFanOut(): MulticastFanOut {
  const sockets = new Map<string, Socket>()

  function socketOf(address: string): Socket {
    const existing = sockets.get(address)
    if (existing) return existing
    const socket = createSocket('udp4')
    sockets.set(address, socket)
    // An interface may vanish at any time; the next packet then opens what is there.
    socket.on('error', () => {
      sockets.delete(address)
      socket.close()
    })
    // A port of its own: on 5353 it would take unicast answers from the system's resolver.
    socket.bind({ address, port: 0 }, () => {
      socket.setMulticastInterface(address)
      socket.setMulticastTTL(255)
    })
    socket.unref()
    return socket
  }

  return {
    send(packet) {
      const bytes = encode(packet)
      const addresses = ipv4Addresses()
      for (const [address, socket] of sockets) {
        if (addresses.includes(address)) continue
        sockets.delete(address)
        socket.close()
      }
      // The socket's own error event says what went wrong; without a callback send would throw it.
      for (const address of addresses) socketOf(address).send(bytes, PORT, GROUP, () => {})
      return addresses.length > 0
    },
    close() {
      for (const socket of sockets.values()) socket.close()
      sockets.clear()
    },
  }
}

/**
 * The first IPv4 address of each interface. The loopback only where there is nothing else: what leaves by any other interface
 * is heard on this machine too.
 */
function ipv4Addresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap(
    (addresses) => addresses?.find(({ family }) => family === 'IPv4') ?? [],
  )
  const outside = found.filter(({ internal }) => !internal)
  return (outside.length > 0 ? outside : found).map(({ address }) => address)
}
