import { translateError } from '@kairos-sdk/core'
import type { PeerDiscovery, PeerInfo } from '@libp2p/interface'
import { mdns } from '@libp2p/mdns'
import type { Packet } from 'dns-packet'
import { openMulticastFanOut } from './multicast-fan-out.js'
import type { NetworkOptions } from './options.js'

/** Time between two questions on the local network, in milliseconds. */
const QUERY_INTERVAL_MS = 2_000

/** The multicast-dns socket that @libp2p/mdns keeps while it runs. */
interface MulticastDns {
  on(event: 'error', listener: (error: Error) => void): void
  send(packet: Packet, ...rest: unknown[]): void
  query(packet: Packet): void
}

type StartableDiscovery = PeerDiscovery & {
  readonly mdns?: MulticastDns
  start(): Promise<void>
  stop(): Promise<void>
}

/**
 * Finds the peers of a token on the local network by multicast DNS, on every interface. Whoever answers to the token's
 * name holds the token.
 *
 * Go's nodes do not see @libp2p/mdns, which sends no address records: it is us who must dial them.
 *
 * @param name - the token's `mdns`
 * @param log - told when multicast DNS cannot be used; peers may still be found in other ways
 * @param discoverBy - Default: @libp2p/mdns; tests give one that touches no network
 */
export function localDiscovery(
  name: string,
  onPeer: (peer: PeerInfo) => void,
  log: NetworkOptions['log'],
  discoverBy: typeof mdns = mdns,
) {
  const serviceTag = `${name}.local`
  const create = discoverBy({ serviceTag, interval: QUERY_INTERVAL_MS })
  return (components: Parameters<typeof create>[0]): PeerDiscovery => {
    const discovery = create(components) as StartableDiscovery
    const fanOut = openMulticastFanOut()
    discovery.addEventListener('peer', (event) => onPeer(event.detail))
    const { start, stop } = discovery
    discovery.start = async () => {
      await start.call(discovery)
      const dns = discovery.mdns
      if (!dns) return
      let failed = false
      dns.on('error', (error) => {
        // A port that cannot be had is told of twice.
        if (failed) return
        failed = true
        log?.(
          'warn',
          translateError(error, 'Cannot find machines on the local network by mDNS (UDP port 5353)').message,
        )
      })
      const { send } = dns
      dns.send = (packet, ...rest) => {
        if (!fanOut.send(packet)) send.call(dns, packet, ...rest)
      }
      // The first question went out before this, by the default interface only.
      dns.query({ questions: [{ name: serviceTag, type: 'PTR' }] })
    }
    discovery.stop = async () => {
      fanOut.close()
      await stop.call(discovery)
    }
    return discovery
  }
}
