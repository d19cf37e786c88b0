import type { Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import type { Packet } from 'dns-packet'
import { describe, expect, it } from 'vitest'
import { openMulticastFanOut } from './multicast-fan-out.js'

const QUESTION: Packet = { type: 'query', questions: [{ name: 'token.local', type: 'PTR' }] }

/** A socket that reaches nobody and remembers what was sent. */
class FakeSocket extends EventEmitter {
  readonly sent: Uint8Array[] = []
  bound: string | undefined
  closed = false
  refuses: Error | undefined

  bind({ address }: { address: string }, listening: () => void) {
    this.bound = address
    queueMicrotask(listening)
  }
  setMulticastInterface() {
    if (this.refuses) throw this.refuses
  }
  setMulticastTTL() {}
  unref() {}
  send(bytes: Uint8Array) {
    this.sent.push(bytes)
  }
  close() {
    if (this.closed) throw new Error('closed twice')
    this.closed = true
  }
}

function fanOut(addresses: string[], refuses?: Error) {
  const sockets: FakeSocket[] = []
  const { send, close } = openMulticastFanOut({
    addresses: () => addresses,
    openSocket() {
      const socket = Object.assign(new FakeSocket(), { refuses })
      sockets.push(socket)
      return socket as unknown as Socket
    },
  })
  return { addresses, sockets, close, send: () => send(QUESTION), settle: () => new Promise(setImmediate) }
}

describe('openMulticastFanOut', () => {
  it('sends by a socket of each interface, opened once', async () => {
    const { sockets, send, settle } = fanOut(['192.0.2.1', '198.51.100.1'])
    expect(send()).toBe(true)
    await settle()
    send()
    expect(sockets.map(({ bound, sent }) => [bound, sent.length])).toEqual([
      ['192.0.2.1', 2],
      ['198.51.100.1', 2],
    ])
  })

  it('survives an interface that cannot send to groups, and tries again with the next packet', async () => {
    const { sockets, send, settle, close } = fanOut(['192.0.2.1'], new Error('setMulticastInterface EOPNOTSUPP'))
    send()
    await settle()
    expect(sockets.map(({ closed }) => closed)).toEqual([true])
    send()
    await settle()
    expect(sockets).toHaveLength(2)
    close()
  })

  it('lets go of sockets that fail and of interfaces that vanish', async () => {
    const { addresses, sockets, send, settle, close } = fanOut(['192.0.2.1', '198.51.100.1'])
    send()
    await settle()
    sockets[0]?.emit('error', new Error('ENETDOWN'))
    sockets[0]?.emit('error', new Error('ENETDOWN'))
    addresses.pop()
    send()
    expect(sockets.map(({ closed }) => closed)).toEqual([true, true, false])
    close()
    expect(sockets.map(({ closed }) => closed)).toEqual([true, true, true])
  })

  it('says when there is nothing to send by', () => {
    expect(fanOut([]).send()).toBe(false)
  })
})
