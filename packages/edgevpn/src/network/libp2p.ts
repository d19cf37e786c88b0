import { noise } from '@chainsafe/libp2p-noise'
import type { Token } from '@kairos-sdk/core'
import { autoNAT } from '@libp2p/autonat'
import { bootstrap } from '@libp2p/bootstrap'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { dcutr } from '@libp2p/dcutr'
import { gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import { FaultTolerance, type PeerInfo } from '@libp2p/interface'
import { kadDHT, passthroughMapper, removePrivateAddressesMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { uPnPNAT } from '@libp2p/upnp-nat'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { checkBootstrap, checkListen } from './addresses.js'
import { localDiscovery } from './local-discovery.js'
import type { NetworkOptions } from './options.js'
import { streamOpener } from './stream-keeper.js'

/** IPFS's public bootstrap nodes, the ones that Go's nodes start from. */
export const IPFS_BOOTSTRAP_PEERS: readonly string[] = [
  '/dnsaddr/bootstrap.libp2p.io/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN',
  '/dnsaddr/bootstrap.libp2p.io/p2p/QmQCU2EcMqAqQPR2i9bChDtGNJchTbq5TbXJJ16u19uLTa',
  '/dnsaddr/bootstrap.libp2p.io/p2p/QmbLHAnMoJPWSCR5Zhtx6BHJX9KiKNN6tpvbUcqanj75Nb',
  '/dnsaddr/bootstrap.libp2p.io/p2p/QmcZf59bWwK5XFi76CZX8cbJ4BhTzzA3gU1ZjYZcYW3dwt',
  '/ip4/104.131.131.82/tcp/4001/p2p/QmaCpDMGvV2BGHeYERUEnRwAwe3N8SzbUtfsmvsqQLuvuJ',
]

const DEFAULT_LISTEN: readonly string[] = ['/ip4/0.0.0.0/tcp/0', '/ip6/::/tcp/0']

/** Room for the protobuf and the signature around a message of the token's largest size. */
const PUBSUB_OVERHEAD = 4_096

/**
 * A libp2p node that speaks what EdgeVPN's nodes speak: TCP, noise (TLS too), yamux, identify, gossipsub, Kademlia. It
 * is created, but not started.
 *
 * @param onLocalPeer - told of each peer that mDNS finds, again at every answer
 * @throws KairosError `argument/invalid` for an address that is not a multiaddr, or not of the kind that is expected
 */
export async function createNode(token: Token, options: NetworkOptions, onLocalPeer: (peer: PeerInfo) => void) {
  const withDht = options.dht ?? true
  const withNat = options.natTraversal ?? withDht
  const bootstrapPeers = checkBootstrap(options.bootstrap ?? IPFS_BOOTSTRAP_PEERS)
  const listen = checkListen(options.listen ?? DEFAULT_LISTEN, withNat)
  // The public DHT must not learn private addresses; in a network with bootstrap nodes of its own there may be no others.
  const isPublic = options.bootstrap === undefined

  return createLibp2p({
    start: false,
    addresses: { listen: withNat ? [...listen, '/p2p-circuit'] : [...listen] },
    transports: withNat ? [tcp(), circuitRelayTransport()] : [tcp()],
    // Without IPv6 or a relay the other addresses still work; an address that the user asked for must.
    transportManager: { faultTolerance: options.listen ? FaultTolerance.FATAL_ALL : FaultTolerance.NO_FATAL },
    connectionEncrypters: [noise(), tls()],
    streamMuxers: [yamux()],
    // A rack of machines behind one router looks like one host that connects too often.
    connectionManager: { inboundConnectionThreshold: 100 },
    peerDiscovery: [
      ...(options.mdns === false ? [] : [localDiscovery(token.mdns, onLocalPeer, options.log)]),
      ...(withDht && bootstrapPeers.length > 0 ? [bootstrap({ list: [...bootstrapPeers], timeout: 0 })] : []),
    ],
    services: {
      identify: identify({ runOnLimitedConnection: true }),
      identifyPush: identifyPush({ runOnLimitedConnection: true, debounce: 100 }),
      ping: ping(),
      pubsub: gossipsub({
        globalSignaturePolicy: 'StrictSign',
        floodPublish: true,
        doPX: true,
        emitSelf: false,
        allowPublishToZeroTopicPeers: true,
        ignoreDuplicatePublishError: true,
        runOnLimitedConnection: true,
        maxInboundDataLength: token.maxMessageSize + PUBSUB_OVERHEAD,
        maxOutboundBufferSize: 2 * token.maxMessageSize + PUBSUB_OVERHEAD,
        // Machines behind one router share an address; that is no attack.
        scoreParams: { IPColocationFactorWeight: 0 },
      }),
      streamOpener: streamOpener(),
      ...(withDht && {
        dht: kadDHT({
          protocol: '/ipfs/kad/1.0.0',
          peerInfoMapper: isPublic ? removePrivateAddressesMapper : passthroughMapper,
        }),
      }),
      ...(withNat && { autoNat: autoNAT(), dcutr: dcutr(), upnp: uPnPNAT() }),
    },
  })
}

export type Node = Awaited<ReturnType<typeof createNode>>
