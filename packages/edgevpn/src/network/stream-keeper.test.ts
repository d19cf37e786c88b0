import { generateToken } from '@kairos-sdk/core'
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { afterEach, describe, expect, it } from 'vitest'
import { fakeClock } from './fake-clock.js'
import { createNode, type Node } from './libp2p.js'
import { openStreamKeeper } from './stream-keeper.js'

const START = 1_700_000_010_000
const PROTOCOL = '/meshsub/1.1.0'
const PEER = peerIdFromString('12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7')

type FakeStream = Stream & { end(): void }

function fakeStream(direction: 'inbound' | 'outbound', protocol = PROTOCOL): FakeStream {
  const stream = Object.assign(new EventTarget(), {
    protocol,
    direction,
    status: 'open',
    writeStatus: 'writable',
    close: async () => {},
    abort: () => stream.end(),
    end() {
      stream.status = 'closed'
      stream.dispatchEvent(new Event('close'))
    },
  })
  return stream as unknown as FakeStream
}

/** A keeper of one peer with one connection, on which gossipsub's streams are those that the test puts there. */
function kept(...streams: Stream[]) {
  const clock = fakeClock(START)
  const connection = { status: 'open', limits: undefined, streams } as unknown as Connection
  const connections = [connection]
  const opened: Connection[] = []
  const renewed: string[] = []
  const keeper = openStreamKeeper({
    protocols: [PROTOCOL],
    connectionsTo: () => connections,
    openStream: (_peer, connection) => opened.push(connection),
    clock,
    onRenewed: (peer) => renewed.push(peer),
  })
  keeper.keep(PEER)
  clock.advance(1_000)
  return { keeper, clock, connection, connections, streams, opened, renewed }
}

describe('openStreamKeeper', () => {
  it('leaves alone what is open', () => {
    const { clock, opened, renewed } = kept(fakeStream('inbound'), fakeStream('outbound'))
    clock.advance(60_000)
    expect([...opened, ...renewed]).toEqual([])
  })

  it('opens the stream again when it has ended', () => {
    const outbound = fakeStream('outbound')
    const { clock, opened, renewed } = kept(outbound)
    outbound.end()
    clock.advance(50)
    expect(opened).toHaveLength(1)
    expect(renewed).toEqual([PEER.toString()])
  })

  it('opens a stream that gossipsub has failed to open', () => {
    const { opened } = kept(fakeStream('inbound'), fakeStream('outbound', '/ipfs/id/1.0.0'))
    expect(opened).toHaveLength(1)
  })

  it('tries again less and less often while it does not succeed', () => {
    const { clock, opened, streams } = kept(fakeStream('outbound'))
    streams.length = 0
    const times: number[] = []
    for (let second = 1; second <= 40; second++) {
      const before = opened.length
      clock.advance(1_000)
      if (opened.length > before) times.push(second)
    }
    expect(times).toEqual([1, 3, 7, 15, 23, 31, 39])
  })

  it('is quick again when the streams have lasted for a while', () => {
    const { clock, opened, streams } = kept(fakeStream('outbound'))
    for (let second = 0; second < 10; second++) {
      streams[0] = fakeStream('outbound')
      clock.advance(1_000)
      ;(streams[0] as FakeStream).end()
    }
    streams[0] = fakeStream('outbound')
    clock.advance(20_000)
    const before = opened.length
    ;(streams[0] as FakeStream).end()
    clock.advance(50)
    expect(opened).toHaveLength(before + 1)
  })

  it('gives up a stream whose reader has been replaced: the peer has opened one of its own anew', async () => {
    const outbound = fakeStream('outbound')
    const { keeper, clock, streams, opened } = kept(fakeStream('inbound'), outbound)
    const ended = new Promise((resolve) => outbound.addEventListener('close', resolve))
    streams.push(fakeStream('inbound'))
    keeper.look()
    // Closed by halves it is still gossipsub's: another one cannot be opened yet.
    Object.assign(outbound, { writeStatus: 'closed' })
    keeper.look()
    expect(opened).toEqual([])
    await ended
    clock.advance(50)
    expect(opened).toHaveLength(1)
  })

  it('does not answer the answer: two that both renew their streams come to rest', () => {
    const first = fakeStream('outbound')
    const { keeper, clock, streams, opened } = kept(fakeStream('inbound'), first)
    first.end()
    clock.advance(50)
    streams.push(fakeStream('outbound'), fakeStream('inbound'))
    keeper.look()
    clock.advance(60_000)
    expect(opened).toHaveLength(1)
  })

  it('prefers a connection without limits to a relayed one', () => {
    const { clock, connection, connections, streams, opened } = kept(fakeStream('outbound'))
    const relayed = { status: 'open', limits: { bytes: 1n }, streams: [] } as unknown as Connection
    connections.unshift(relayed)
    streams.length = 0
    clock.advance(1_000)
    expect(opened).toEqual([connection, relayed])
  })

  it('does nothing when the connection closes with its streams', () => {
    const outbound = fakeStream('outbound')
    const { keeper, clock, connections, opened, renewed } = kept(outbound)
    outbound.end()
    connections.length = 0
    keeper.look()
    clock.advance(60_000)
    expect([...opened, ...renewed]).toEqual([])
  })

  it('keeps a peer that comes back while its last connection is closing', () => {
    const outbound = fakeStream('outbound')
    const { keeper, clock, connection, connections, opened } = kept(outbound)
    outbound.end()
    connections[0] = { ...connection, status: 'closing' }
    keeper.look()
    clock.advance(1_000)
    expect(opened).toEqual([])
    const again = { ...connection, streams: [] }
    connections[0] = again
    clock.advance(10_000)
    expect(opened[0]).toBe(again)
  })

  it('forgets a peer whose last connection has closed, and everybody when it is closed', () => {
    const outbound = fakeStream('outbound')
    const gone = kept(outbound)
    gone.connections.length = 0
    outbound.end()
    gone.keeper.look()
    const closed = kept(fakeStream('outbound'))
    closed.streams.length = 0
    closed.keeper.close()
    gone.connections.push(gone.connection)
    for (const { clock, opened } of [gone, closed]) {
      clock.advance(60_000)
      expect(opened).toEqual([])
    }
  })
})

describe('openStreamKeeper with gossipsub', () => {
  const nodes: Node[] = []
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.stop()))
  })

  async function nodeInTopic(topic: string) {
    const options = { dht: false, mdns: false, listen: ['/ip4/127.0.0.1/tcp/0'] }
    const node = await createNode(generateToken(), options, () => {})
    nodes.push(node)
    await node.start()
    const { pubsub, streamOpener } = node.services
    pubsub.subscribe(topic)
    const clock = fakeClock(START)
    const keeper = openStreamKeeper({
      protocols: pubsub.protocols,
      connectionsTo: (peer) => node.getConnections(peer),
      openStream: (peer, connection) => streamOpener.open(pubsub.protocols[0] ?? '', peer, connection),
      clock,
      onRenewed: () => {},
    })
    return {
      node,
      /** Waits until a stream of gossipsub on a connection has ended, and lets the keeper see it. */
      async lost(connection: Connection) {
        const stream = connection.streams.find(
          ({ direction, protocol }) => direction === 'outbound' && pubsub.protocols.includes(protocol),
        )
        await new Promise((resolve) => stream?.addEventListener('close', resolve))
        clock.advance(50)
      },
      /** Waits until the stream of the other one has come and said what it is subscribed to. */
      heard: () => new Promise((resolve) => pubsub.addEventListener('subscription-change', resolve, { once: true })),
      keep(peer: PeerId) {
        keeper.keep(peer)
        clock.advance(1_000)
      },
      recipients: async () => (await pubsub.publish(topic, Buffer.from(String(node.peerId)))).recipients.length,
    }
  }

  it('passes messages both ways over the second connection when the first one closes', async () => {
    const [one, other] = await Promise.all([nodeInTopic('topic'), nodeInTopic('topic')])
    const connected = Promise.all([one.heard(), other.heard()])
    const first = await one.node.dial(other.node.getMultiaddrs())
    await connected
    one.keep(other.node.peerId)
    other.keep(one.node.peerId)
    await one.node.dial(other.node.getMultiaddrs(), { force: true })
    const [second] = other.node.getConnections(one.node.peerId)
    const again = Promise.all([one.heard(), other.heard()])
    const lost = Promise.all([one.lost(first), second && other.lost(second)])
    await first.close()
    await Promise.all([lost, again])
    expect(await Promise.all([one.recipients(), other.recipients()])).toEqual([1, 1])
  })
})
