import { EventEmitter } from 'node:events'
import type { PeerInfo, Startable } from '@libp2p/interface'
import type { mdns } from '@libp2p/mdns'
import { peerIdFromString } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { localDiscovery } from './local-discovery.js'

const PEER: PeerInfo = { id: peerIdFromString('12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'), multiaddrs: [] }

/** In the place of @libp2p/mdns and its socket. */
class FakeDiscovery extends EventTarget {
  mdns: EventEmitter | undefined
  readonly questions: unknown[] = []

  async start() {
    // As multicast-dns has it: `query` goes by `send`, which the test must not let out.
    this.mdns = Object.assign(new EventEmitter(), {
      send: () => {},
      query: (question: unknown) => this.questions.push(question),
    })
  }
  async stop() {
    this.mdns = undefined
  }
}

function discovering() {
  const fake = new FakeDiscovery()
  const found: PeerInfo[] = []
  const log: string[] = []
  const create = localDiscovery(
    'token',
    (peer) => found.push(peer),
    (level, message) => log.push(`${level}: ${message}`),
    (() => () => fake) as unknown as typeof mdns,
  )
  const discovery = create({} as Parameters<typeof create>[0]) as unknown as Startable
  return { fake, found, log, discovery }
}

describe('localDiscovery', () => {
  it('says once that the port of multicast DNS cannot be had', async () => {
    const { fake, log, discovery } = discovering()
    await discovery.start()
    const taken = Object.assign(new Error('bind EADDRINUSE 0.0.0.0:5353'), { code: 'EADDRINUSE' })
    fake.mdns?.emit('error', taken)
    fake.mdns?.emit('error', taken)
    expect(log).toEqual([
      'warn: Cannot find machines on the local network by mDNS (UDP port 5353): the address is in use.',
    ])
    await discovery.stop()
  })

  it('tells of every peer, and asks once more by every interface', async () => {
    const { fake, found, discovery } = discovering()
    await discovery.start()
    expect(fake.questions).toEqual([{ questions: [{ name: 'token.local', type: 'PTR' }] }])
    fake.dispatchEvent(new CustomEvent('peer', { detail: PEER }))
    expect(found).toEqual([PEER])
    await discovery.stop()
  })
})
