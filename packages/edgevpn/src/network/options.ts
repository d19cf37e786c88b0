import type { Clock } from './clock.js'

/** How a node joins the peer-to-peer network. Everything has a default that suits a machine in the next room and one far away. */
export interface NetworkOptions {
  /** Find peers on the local network by multicast DNS. Default true. */
  readonly mdns?: boolean
  /** Find peers anywhere through the Kademlia DHT. Default true; never waited for. */
  readonly dht?: boolean
  /** Multiaddrs of DHT nodes to start from. Default: IPFS's public ones. */
  readonly bootstrap?: readonly string[]
  /** Multiaddrs to listen on, of TCP or (with `natTraversal`) at a relay. Default: any free TCP port of every IPv4 and IPv6 address. */
  readonly listen?: readonly string[]
  /** Reach peers behind NAT: relay reservations, hole punching, UPnP port mapping. Default: as `dht`. */
  readonly natTraversal?: boolean
  /** Where the time comes from: that of day for rotating keys, and that which passes. Default: the system's clock. */
  readonly clock?: Clock
  /** Told of what goes on inside, for `--log-level debug`. No secrets. Default: silent. */
  readonly log?: (level: 'debug' | 'warn', message: string) => void
}
