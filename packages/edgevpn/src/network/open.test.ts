import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { generateToken, KairosError, NEVER_ROTATE, rotatingKeysAt } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { fakeClock } from './fake-clock.js'
import { openNetwork } from './open.js'
import type { NetworkOptions } from './options.js'
import { peerThatStartsOver } from './peer-that-starts-over.js'

const LOCAL: NetworkOptions = { dht: false, mdns: false, listen: ['/ip4/127.0.0.1/tcp/0'] }
const nothing = { onMessage: () => {} }

async function errorOf(options: NetworkOptions): Promise<KairosError> {
  const error: unknown = await openNetwork(generateToken(), { ...LOCAL, ...options }, nothing).catch(
    (reason: unknown) => reason,
  )
  if (KairosError.is(error)) return error
  throw new Error(`a KairosError was expected, found ${String(error)}`)
}

describe('openNetwork', () => {
  it('listens and leaves, with everything switched on, though nobody can be reached', async () => {
    const bootstrap = ['/ip4/127.0.0.1/tcp/1/p2p/12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7']
    const network = await openNetwork(generateToken(), { ...LOCAL, dht: true, natTraversal: false, bootstrap }, nothing)
    expect(network.addresses[0]).toContain(`/p2p/${network.peerId}`)
    expect(network.peers).toEqual([])
    expect(await network.publish(Buffer.from('x'))).toEqual(new Set())
    await network.stop()
  })

  it('opens a new stream to a peer that has started over on the same connection, as Go does when keys rotate', async () => {
    const token = generateToken({ interval: NEVER_ROTATE })
    const clock = fakeClock(1_700_000_010_000)
    const joined = Promise.withResolvers<string>()
    const renewed = Promise.withResolvers<string>()
    const peer = await peerThatStartsOver(rotatingKeysAt(token, 0).roomTopic)
    const first = peer.stream()
    const network = await openNetwork(
      token,
      { ...LOCAL, dht: true, natTraversal: false, bootstrap: peer.addresses, clock },
      { ...nothing, onPeerJoined: joined.resolve, onPeerRenewed: renewed.resolve },
    )
    const stream = await first
    await peer.join()
    expect(await joined.promise).toBe(peer.id)
    expect(await network.publish(Buffer.from('x'))).toEqual(new Set([peer.id]))
    clock.advance(1_000)
    const ended = new Promise((resolve) => stream.addEventListener('close', resolve))
    const second = peer.stream()
    await peer.join()
    await ended
    clock.advance(50)
    await second
    expect(await renewed.promise).toBe(peer.id)
    expect(await network.publish(Buffer.from('x'))).toEqual(new Set([peer.id]))
    expect(network.peers).toEqual([peer.id])
    await Promise.all([peer.stop(), network.stop()])
  })

  it('says which address cannot be listened on, and why', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const inUse = await errorOf({ listen: [`/ip4/127.0.0.1/tcp/${port}`] })
    await new Promise((resolve) => taken.close(resolve))
    expect(inUse).toMatchObject({
      code: 'network/address-in-use',
      message: `Cannot listen on /ip4/127.0.0.1/tcp/${port}: the address is in use.`,
    })
    expect(await errorOf({ listen: ['/ip4/203.0.113.5/tcp/0'] })).toMatchObject({
      code: 'network/start-failed',
      message: 'Cannot listen on /ip4/203.0.113.5/tcp/0: no interface of this machine has this address.',
    })
  })

  it.each([
    ['/ip4/127.0.0.1/udp/4001/quic-v1', true],
    ['/ip4/127.0.0.1/tcp/0/ws', true],
    ['/tcp/0', true],
    ['/p2p-circuit', false],
  ])('refuses to listen on %s, also beside addresses that it can listen on', async (address, natTraversal) => {
    expect(await errorOf({ natTraversal, listen: ['/ip4/127.0.0.1/tcp/0', address] })).toMatchObject({
      code: 'argument/invalid',
      message: `Cannot listen on ${address}: a TCP address is expected.`,
    })
  })

  it('says when a peer is no relay that was asked to be one', async () => {
    const peer = await peerThatStartsOver('topic')
    const address = `${peer.addresses[0]}/p2p-circuit`
    const error = await errorOf({ natTraversal: true, listen: [address] })
    expect(error).toMatchObject({
      code: 'network/start-failed',
      message: expect.stringMatching(/^Cannot listen on \/ip4\/\S+\/p2p-circuit: .*\brelay\b.*[^.]\.$/i),
    })
    await peer.stop()
  })

  it.each([
    [{ listen: ['192.168.1.2'] }],
    [{ dht: true, bootstrap: ['nowhere'] }],
    [{ dht: true, bootstrap: ['/ip4/127.0.0.1/tcp/1'] }],
  ])('refuses %j before it starts', async (options) => {
    expect((await errorOf(options)).code).toBe('argument/invalid')
  })
})
