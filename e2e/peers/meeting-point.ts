/**
 * A host that others meet at: a DHT server, and with `--relay` a circuit relay. Prints its address.
 *
 *     node meeting-point.ts /ip4/10.77.1.254/tcp/4001 [--relay]
 */
import { noise } from '@chainsafe/libp2p-noise'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import { identify, identifyPush } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

const [address, ...flags] = process.argv.slice(2)
const node = await createLibp2p({
  addresses: { listen: [address ?? '/ip4/0.0.0.0/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: {
    identify: identify(),
    identifyPush: identifyPush(),
    ping: ping(),
    dht: kadDHT({ protocol: '/ipfs/kad/1.0.0', clientMode: false, peerInfoMapper: passthroughMapper }),
    ...(flags.includes('--relay') && { relay: circuitRelayServer() }),
  },
})
for (const at of node.getMultiaddrs()) console.log(`meet at ${at}`)
