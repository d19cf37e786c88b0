import { noise } from '@chainsafe/libp2p-noise'
import { identify } from '@libp2p/identify'
import type { Connection, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

const PROTOCOL = '/meshsub/1.1.0'

/**
 * A peer for tests that speaks as much gossipsub as is needed to be in a topic, and starts over as Go's nodes do at a rotation:
 * on the same connection it opens a stream of its own anew and lets nobody read from the one that it had.
 */
export async function peerThatStartsOver(topic: string) {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  })
  let arrival = Promise.withResolvers<Stream>()
  let connection: Connection | undefined
  await node.handle(PROTOCOL, (stream, ofStream) => {
    connection = ofStream
    const onMessage = () => {
      arrival.resolve(stream)
      arrival = Promise.withResolvers()
    }
    stream.addEventListener('message', onMessage, { once: true })
  })
  return {
    id: node.peerId.toString(),
    addresses: node.getMultiaddrs().map(String),
    /** The next stream to this peer, as soon as something has come in it. */
    stream: () => arrival.promise,
    /** Opens a stream to who has opened one to this peer, and subscribes in it. */
    async join() {
      const stream = await connection?.newStream(PROTOCOL)
      stream?.send(subscription(topic))
    },
    stop: () => node.stop(),
  }
}

/** gossipsub's RPC with one subscription, after its length. */
function subscription(topic: string): Uint8Array {
  const change = [0x08, 1, 0x12, topic.length, ...Buffer.from(topic)]
  return Uint8Array.from([change.length + 2, 0x0a, change.length, ...change])
}
