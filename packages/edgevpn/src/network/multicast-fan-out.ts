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

export interface MulticastFanOutInit {
  /** Default: an IPv4 UDP socket. */
  readonly openSocket?: () => Socket
  /** Own addresses to send from. Default: the first IPv4 address of each interface. */
  readonly addresses?: () => readonly string[]
}

export function openMulticastFanOut(init: MulticastFanOutInit = {}): MulticastFanOut {
  const { openSocket = () => createSocket('udp4'), addresses: ownAddresses = ipv4Addresses } = init
  const sockets = new Map<string, Socket>()

  function socketOf(address: string): Socket {
    const existing = sockets.get(address)
    if (existing) return existing
    const socket = openSocket()
    sockets.set(address, socket)
    // An interface may vanish at any time; the next packet then opens what is there.
    const forget = () => {
      if (sockets.get(address) !== socket) return
      sockets.delete(address)
      socket.close()
    }
    socket.on('error', forget)
    // A port of its own: on 5353 it would take unicast answers from the system's resolver.
    socket.bind({ address, port: 0 }, () => {
      try {
        socket.setMulticastInterface(address)
        socket.setMulticastTTL(255)
      } catch {
        forget()
      }
    })
    socket.unref()
    return socket
  }

  return {
    send(packet) {
      const bytes = encode(packet)
      const addresses = ownAddresses()
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
