import { describe, expect, it } from 'vitest'
import { fakeNetwork } from '../fake-network.js'
import { listenForDhcp, listenForPxe } from './listen.js'

const handlers = { onMessage() {}, onError() {} }
const dhcpServer = { address: '0.0.0.0', port: 67, ...handlers }

describe('listenForDhcp', () => {
  it('takes all packets where it is alone', async () => {
    const { openSocket } = fakeNetwork().host('10.0.0.1')
    const { socket, shared } = await listenForDhcp(67, openSocket, handlers)
    expect([socket.local.address, shared]).toEqual(['0.0.0.0', false])
  })

  it('takes broadcasts alone beside a DHCP server that was there before, so that leases can be renewed', async () => {
    const { openSocket } = fakeNetwork().host('10.0.0.1')
    await openSocket({ ...dhcpServer, reuse: true })
    const { socket, shared } = await listenForDhcp(67, openSocket, handlers)
    expect([socket.local.address, shared]).toEqual(['255.255.255.255', true])
  })

  it('leaves the port to a DHCP server that comes later', async () => {
    const { openSocket } = fakeNetwork().host('10.0.0.1')
    await listenForDhcp(67, openSocket, handlers)
    await expect(openSocket({ ...dhcpServer, reuse: true })).resolves.toBeDefined()
  })

  it('says what to do about a server that does not share', async () => {
    const { openSocket } = fakeNetwork().host('10.0.0.1')
    await openSocket(dhcpServer)
    await expect(listenForDhcp(67, openSocket, handlers)).rejects.toMatchObject({
      code: 'network/address-in-use',
      hint: expect.stringContaining('does not share'),
    })
  })
})

describe('listenForPxe', () => {
  it('does not share with another PXE server', async () => {
    const { openSocket } = fakeNetwork().host('10.0.0.1')
    const { endpoints } = await listenForPxe(4011, openSocket, handlers)
    expect(endpoints).toEqual([{ address: '0.0.0.0', port: 4011 }])
    await expect(listenForPxe(4011, openSocket, handlers)).rejects.toMatchObject({
      code: 'network/address-in-use',
      hint: expect.stringContaining('Another PXE server'),
    })
  })

  it('listens on the addresses that machines are told besides, and closes them all', async () => {
    const host = fakeNetwork().host('10.0.0.1', '10.0.0.5')
    const listener = await listenForPxe(4011, host.openSocket, handlers, ['10.0.0.5'])
    expect(listener.endpoints.map(({ address }) => address)).toEqual(['0.0.0.0', '10.0.0.5'])
    listener.close()
    expect(host.sockets).toEqual([])
  })
})
