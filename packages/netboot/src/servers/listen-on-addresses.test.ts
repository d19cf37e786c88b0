import { describe, expect, it } from 'vitest'
import type { DatagramSocketOptions, Endpoint } from './datagram-socket.js'
import { fakeNetwork } from './fake-network.js'
import { findTaken, listenOnAddresses } from './listen-on-addresses.js'

const ignore = { onMessage() {}, onError() {} }
const all = { address: '0.0.0.0', port: 69 }

describe('listenOnAddresses', () => {
  it('answers from the address that was asked, and on all others from that of the system', async () => {
    const network = fakeNetwork()
    const { openSocket } = network.host('10.0.0.1', '10.0.0.5', '10.0.0.6')
    await listenOnAddresses({
      ...{ port: 69, addresses: ['0.0.0.0', '10.0.0.5', '10.0.0.5'], openSocket, onError() {} },
      onMessage: (bytes, from, socket) => socket.send(bytes, from),
    })
    const heard: Endpoint[] = []
    const client = await network.host('10.0.0.9').openSocket({
      ...{ address: '0.0.0.0', port: 0, onError() {} },
      onMessage: (_bytes, from) => void heard.push(from),
    })
    for (const address of ['10.0.0.5', '10.0.0.6', '10.0.0.1']) {
      client.send(Buffer.from('x'), { address, port: 69 })
      await new Promise(setImmediate)
    }
    expect(heard.map(({ address }) => address)).toEqual(['10.0.0.5', '10.0.0.1', '10.0.0.1'])
  })

  it('takes no port from a program that would share it', async () => {
    const host = fakeNetwork().host('10.0.0.1', '10.0.0.5')
    const { openSocket } = host
    await openSocket({ ...all, reuse: true, ...ignore })
    const options = { port: 69, openSocket, ...ignore }
    for (const addresses of [['0.0.0.0', '10.0.0.5'], ['0.0.0.0']]) {
      await expect(listenOnAddresses({ ...options, addresses })).rejects.toMatchObject({
        code: 'network/address-in-use',
      })
    }
    await expect(listenOnAddresses({ ...options, addresses: ['10.0.0.5'], reuse: true })).rejects.toMatchObject({
      code: 'network/address-in-use',
    })
    expect(host.sockets).toEqual([all])
  })

  it('keeps the port for itself where it needs no more than one socket on it', async () => {
    const { openSocket } = fakeNetwork().host('10.0.0.1')
    await listenOnAddresses({ port: 69, addresses: ['0.0.0.0'], openSocket, ...ignore })
    await expect(openSocket({ ...all, reuse: true, ...ignore })).rejects.toMatchObject({
      code: 'network/address-in-use',
    })
  })

  it('leaves nothing open when one address cannot be had', async () => {
    const host = fakeNetwork().host('10.0.0.1', '10.0.0.5')
    const openSocket = (options: DatagramSocketOptions) =>
      options.address === '10.0.0.5' ? Promise.reject(new Error('gone')) : host.openSocket(options)
    const addresses = ['0.0.0.0', '10.0.0.5']
    await expect(listenOnAddresses({ port: 69, addresses, openSocket, ...ignore })).rejects.toThrow('gone')
    expect(host.sockets).toEqual([])
  })
})

describe('findTaken', () => {
  it('leaves the port as it was', async () => {
    const host = fakeNetwork().host('10.0.0.1')
    expect(await findTaken(69, host.openSocket)).toBeUndefined()
    expect(host.sockets).toEqual([])
  })
})
