import { describe, expect, it } from 'vitest'
import { type Endpoint, openDatagramSocket } from './datagram-socket.js'

const loopback = { address: '127.0.0.1', port: 0 }
const ignore = { onMessage: () => {}, onError: () => {} }

/** The next datagram that a socket receives. */
function inbox() {
  const { promise, resolve } = Promise.withResolvers<{ text: string; from: Endpoint }>()
  const onMessage = (bytes: Uint8Array, { address, port }: Endpoint) =>
    resolve({ text: Buffer.from(bytes).toString(), from: { address, port } })
  return { promise, onMessage }
}

describe('openDatagramSocket', () => {
  it('carries a datagram and tells where it came from', async () => {
    const { promise, onMessage } = inbox()
    const receiver = await openDatagramSocket({ ...loopback, onMessage, onError: ignore.onError })
    const sender = await openDatagramSocket({ ...loopback, ...ignore })
    sender.send(Buffer.from('hello'), receiver.local)
    expect(await promise).toEqual({ text: 'hello', from: sender.local })
    sender.close()
    receiver.close()
  })

  it('says which port is taken', async () => {
    const first = await openDatagramSocket({ ...loopback, ...ignore })
    await expect(openDatagramSocket({ ...first.local, ...ignore })).rejects.toMatchObject({
      code: 'network/address-in-use',
      message: expect.stringContaining(`UDP port ${first.local.port} of 127.0.0.1`),
    })
    first.close()
  })

  it('hears only the peer it is tied to', async () => {
    const peerInbox = inbox()
    const peer = await openDatagramSocket({ ...loopback, onMessage: peerInbox.onMessage, onError: ignore.onError })
    const stranger = await openDatagramSocket({ ...loopback, ...ignore })
    const { promise, onMessage } = inbox()
    const tied = await openDatagramSocket({ ...loopback, peer: peer.local, onMessage, onError: ignore.onError })
    stranger.send(Buffer.from('from a stranger'), tied.local)
    tied.send(Buffer.from('ready'), peer.local)
    await peerInbox.promise
    peer.send(Buffer.from('from the peer'), tied.local)
    expect((await promise).text).toBe('from the peer')
    for (const socket of [peer, stranger, tied]) socket.close()
  })

  it('is silent after it was closed', async () => {
    const errors: Error[] = []
    const socket = await openDatagramSocket({
      ...loopback,
      onMessage: () => {},
      onError: (error) => errors.push(error),
    })
    socket.close()
    socket.close()
    socket.send(Buffer.from('x'), { address: '127.0.0.1', port: 9 })
    expect(errors).toEqual([])
  })
})
