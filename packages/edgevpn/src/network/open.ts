import { KairosError, type Token, translateError } from '@kairos-sdk/core'
import type { IdentifyResult, PeerInfo } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { systemClock } from './clock.js'
import { createNode, type Node } from './libp2p.js'
import type { NetworkOptions } from './options.js'
import { openRendezvous } from './rendezvous.js'
import { openRoom, type RoomMessage } from './room.js'
import { openStreamKeeper } from './stream-keeper.js'

export interface NetworkEvents {
  readonly onMessage: (message: RoomMessage) => void
  /** A peer that holds the token, or says so, was discovered; it is being dialled. */
  readonly onPeerFound?: (peerId: string, how: 'mdns' | 'dht') => void
  /** A peer is connected and in the room. */
  readonly onPeerJoined?: (peerId: string) => void
  readonly onPeerLeft?: (peerId: string) => void
  /** The way to a peer of the room was cut and is being opened again: what was published last may not have reached it. */
  readonly onPeerRenewed?: (peerId: string) => void
  /** Something arrived that does not belong to this network, and was dropped. */
  readonly onRejected?: (from: string, error: KairosError) => void
}

/** A node that is on the network of a token. */
export interface Network {
  readonly peerId: string
  /** Multiaddrs under which it can be reached. */
  readonly addresses: readonly string[]
  /** Peers that are in the room now. */
  readonly peers: readonly string[]
  /**
   * Sends a message to every peer in the room; one that comes later does not get it.
   *
   * @returns the peers that it was handed to
   * @throws KairosError `ledger/too-large`
   */
  publish(data: Uint8Array): Promise<ReadonlySet<string>>
  stop(): Promise<void>
}

const DIAL_TIMEOUT_MS = 15_000

/**
 * Joins the peer-to-peer network that a token describes. Returns as soon as the node listens; peers are found, and the
 * DHT and paths through NAT are tried, in the background.
 *
 * @throws KairosError `argument/invalid`, `network/address-in-use`, `network/start-failed`
 */
export async function openNetwork(token: Token, options: NetworkOptions, events: NetworkEvents): Promise<Network> {
  const log = options.log ?? (() => {})
  const clock = options.clock ?? systemClock
  const stopped = new AbortController()
  const dialling = new Set<string>()

  const found = (how: 'mdns' | 'dht') => async (peer: PeerInfo) => {
    const id = peer.id.toString()
    if (stopped.signal.aborted || peer.id.equals(node.peerId) || dialling.has(id)) return
    if (node.getConnections(peer.id).length > 0) return
    dialling.add(id)
    events.onPeerFound?.(id, how)
    try {
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
      await node.peerStore.merge(peer.id, { multiaddrs: peer.multiaddrs })
      await node.dial(peer.id, { signal })
    } catch (error) {
      log('debug', `cannot reach ${id}: ${error instanceof Error ? error.message : error}`)
    } finally {
      dialling.delete(id)
    }
  }

  const node = await createNode(token, options, found('mdns'))
  await startNode(node)

  const { pubsub, streamOpener } = node.services
  const keeper = openStreamKeeper({
    protocols: pubsub.protocols,
    connectionsTo: (peer) => node.getConnections(peer),
    // gossipsub asked to be told of connections once for each of its protocols.
    openStream: (peer, connection) => streamOpener.open(pubsub.protocols[0] ?? '', peer, connection),
    clock,
    onRenewed(peer) {
      log('debug', `opening the stream to ${peer} again`)
      events.onPeerRenewed?.(peer)
    },
  })
  const room = openRoom({
    token,
    pubsub: {
      subscribe: (topic) => pubsub.subscribe(topic),
      unsubscribe: (topic) => pubsub.unsubscribe(topic),
      publish: (topic, data) => pubsub.publish(topic, data),
      // gossipsub forgets a peer some time after its last connection has closed.
      getSubscribers: (topic) => pubsub.getSubscribers(topic).filter((peer) => node.getConnections(peer).length > 0),
    },
    clock,
    onMessage: events.onMessage,
    onPeerJoined(peer) {
      keeper.keep(peerIdFromString(peer))
      events.onPeerJoined?.(peer)
    },
    onPeerLeft: (peer) => events.onPeerLeft?.(peer),
    onRejected: (from, error) => {
      log('debug', `dropped a message from ${from}: ${error.message}`)
      events.onRejected?.(from, error)
    },
  })
  pubsub.addEventListener('message', ({ detail }) => {
    if (detail.type === 'signed') room.handleMessage(detail.topic, detail.from.toString(), detail.data)
  })
  pubsub.addEventListener('subscription-change', () => {
    room.handlePeersChanged()
    keeper.look()
  })
  node.addEventListener('peer:disconnect', () => {
    room.handlePeersChanged()
    keeper.look()
  })

  const rendezvous =
    (options.dht ?? true)
      ? openRendezvous({
          token,
          contentRouting: node.contentRouting,
          clock,
          onPeer: found('dht'),
          log: (message) => log('debug', message),
        })
      : undefined
  const onIdentify = ({ detail }: CustomEvent<IdentifyResult>) => {
    if (!detail.protocols.some((protocol) => protocol.includes('/kad/'))) return
    node.removeEventListener('peer:identify', onIdentify)
    rendezvous?.hurry()
  }
  node.addEventListener('peer:identify', onIdentify)

  return {
    peerId: node.peerId.toString(),
    get addresses() {
      return node.getMultiaddrs().map(String)
    },
    get peers() {
      return room.peers
    },
    publish: (data) => room.publish(data),
    async stop() {
      stopped.abort()
      rendezvous?.close()
      keeper.close()
      room.close()
      await node.stop()
    },
  }
}

async function startNode(node: Node): Promise<void> {
  try {
    await node.start()
  } catch (error) {
    await node.stop()
    throw listenError(error) ?? translateError(error, 'Cannot join the network', 'network/start-failed')
  }
}

/** libp2p tells the address and the system's error code only in the text of its message. */
function listenError(error: unknown): KairosError | undefined {
  if (!(error instanceof Error) || error.name !== 'UnsupportedListenAddressesError') return undefined
  const [, address, reason = ''] = /^ *(\/\S+): (.*)$/m.exec(error.message) ?? []
  if (address === undefined) return undefined
  const code = /\bE[A-Z]{3,}\b/.exec(reason)?.[0]
  if (code === undefined) {
    return new KairosError('network/start-failed', `Cannot listen on ${address}: ${reason}.`, { cause: error })
  }
  const cause = Object.assign(new Error(reason, { cause: error }), { code })
  return translateError(cause, `Cannot listen on ${address}`, 'network/start-failed')
}
