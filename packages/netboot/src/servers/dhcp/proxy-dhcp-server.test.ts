import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../datagram-socket.js'
import { fakeClock } from '../fake-clock.js'
import { fakeNetwork } from '../fake-network.js'
import { clientSystemArchitecture } from './options/client-system-architecture.js'
import { serverIdentifier } from './options/ipv4-address.js'
import { MessageType, messageType } from './options/message-type.js'
import { option, readOption } from './options/option-kind.js'
import { type DhcpPacket, decodePacket, emptyPacket, encodePacket, Op } from './packet.js'
import type { ProxyDhcpEvent } from './proxy-dhcp-events.js'
import { createProxyDhcpServer, type ProxyDhcpServerInit } from './proxy-dhcp-server.js'

const own = (name: string, address: string) => ({ name, address, netmask: '255.255.255.0', internal: false })
const everybody = { address: '255.255.255.255', port: 67 }
type Received = { packet: DhcpPacket; from: Endpoint }

const packet = (type: number, xid: number, fields: Partial<DhcpPacket> = {}, ...options: [number, Uint8Array][]) =>
  emptyPacket({
    op: Op.request,
    xid,
    chaddr: Uint8Array.of(8, 0, 0x27, 0x54, 0x1a, 0xd1),
    options: new Map([option(messageType, type), option(clientSystemArchitecture, [0]), ...options]),
    ...fields,
  })
const discover = (xid: number, fields: Partial<DhcpPacket> = {}) => packet(MessageType.discover, xid, fields)

/** A server on a host with two interfaces, and what happens to it. */
async function startServer(init: Partial<ProxyDhcpServerInit> = {}) {
  const network = fakeNetwork()
  const host = network.host('10.0.0.1', '10.0.5.1')
  const log: string[] = []
  const events: ProxyDhcpEvent[] = []
  const note = (message: string) => void log.push(message)
  const clock = fakeClock()
  const server = createProxyDhcpServer({
    firmware: (architecture) => (architecture === 0 ? { name: 'undionly.kpxe' } : undefined),
    scriptUrl: ({ mac }, address) => `http://${address}/${mac}`,
    openSocket: host.openSocket,
    ownInterfaces: () => [own('eth0', '10.0.0.1'), own('eth1', '10.0.5.1')],
    logger: { info: note, warn: note, debug: note },
    clock,
    ...init,
  })
  server.on((event) => events.push(event))
  await server.start()
  return { network, host, server, log, events, clock }
}

/** A socket of another host that waits for what it receives. */
async function listener(network: ReturnType<typeof fakeNetwork>, address: string, port: number) {
  const received: Received[] = []
  const waiting: ((value: Received) => void)[] = []
  const host = network.host(address)
  const socket = await host.openSocket({
    address: '0.0.0.0',
    port,
    broadcast: true,
    onMessage(bytes, from) {
      const value = { packet: decodePacket(bytes), from }
      const next = waiting.shift()
      if (next) next(value)
      else received.push(value)
    },
    onError() {},
  })
  return {
    send: (request: DhcpPacket, to: Endpoint) => socket.send(encodePacket(request), to),
    sendBytes: (bytes: Uint8Array, to: Endpoint) => socket.send(bytes, to),
    /** The next packet, when all that follows from it at the server has happened too: that is microtasks only. */
    async next() {
      const value = received.shift() ?? (await new Promise<Received>((resolve) => waiting.push(resolve)))
      await new Promise(setImmediate)
      return value
    },
  }
}

const serverOf = ({ packet: { options } }: Received) => readOption(options, serverIdentifier)

describe('createProxyDhcpServer', () => {
  it('answers a broadcast by every interface, each with the address under which it is reached there', async () => {
    const { network, events, log } = await startServer()
    const machine = await listener(network, '10.0.0.99', 68)
    machine.send(discover(7), everybody)
    const offers = [await machine.next(), await machine.next()]
    expect(offers.map(({ from }) => from)).toEqual([
      { address: '10.0.0.1', port: 67 },
      { address: '10.0.5.1', port: 67 },
    ])
    expect(offers.map(serverOf)).toEqual(['10.0.0.1', '10.0.5.1'])
    expect(offers.map(({ packet: { siaddr, xid } }) => [siaddr, xid])).toEqual([
      ['10.0.0.1', 7],
      ['10.0.5.1', 7],
    ])
    expect(events.map(({ type }) => type)).toEqual(['seen', 'offered'])
    expect(events[1]).toMatchObject({ machine: { mac: '08:00:27:54:1a:d1' }, step: 'firmware', file: 'undionly.kpxe' })
    expect(log).toEqual(['DHCP: Offering to boot 08:00:27:54:1a:d1'])
  })

  it('answers by the interfaces that it was given', async () => {
    const { network } = await startServer({ interfaces: ['eth1'] })
    const machine = await listener(network, '10.0.0.99', 68)
    machine.send(discover(1), everybody)
    machine.send(discover(2), everybody)
    expect(serverOf(await machine.next())).toBe('10.0.5.1')
    expect((await machine.next()).packet.xid).toBe(2)
  })

  it('tells the address that it was told to tell', async () => {
    const { network } = await startServer({ interfaces: ['eth0'], advertise: '192.0.2.77' })
    const machine = await listener(network, '10.0.0.99', 68)
    machine.send(discover(1), everybody)
    const offer = await machine.next()
    expect([serverOf(offer), offer.packet.siaddr, offer.from.address]).toEqual(['192.0.2.77', '192.0.2.77', '10.0.0.1'])
  })

  it('answers a relay, from the interface that leads to it', async () => {
    const { network } = await startServer()
    const relay = await listener(network, '10.0.5.9', 67)
    relay.send(discover(5, { giaddr: '10.0.5.9', hops: 1 }), { address: '10.0.5.1', port: 67 })
    const reply = await relay.next()
    expect(reply.packet).toMatchObject({ giaddr: '10.0.5.9', siaddr: '10.0.5.1', xid: 5 })
  })

  it('answers a relay behind routers with the address that the system would send from', async () => {
    const { network } = await startServer()
    const relay = await listener(network, '172.16.0.1', 67)
    relay.send(discover(5, { giaddr: '172.16.0.1', hops: 1 }), { address: '10.0.5.1', port: 67 })
    expect(serverOf(await relay.next())).toBe('10.0.0.1')
  })

  it('does not answer relays and machines on interfaces that are not served', async () => {
    const { network, events } = await startServer({ interfaces: ['eth1'] })
    const relay = await listener(network, '10.0.0.9', 67)
    relay.send(discover(5, { giaddr: '10.0.0.9' }), { address: '10.0.0.1', port: 67 })
    const other = await listener(network, '10.0.5.9', 67)
    other.send(discover(6, { giaddr: '10.0.5.9' }), { address: '10.0.5.1', port: 67 })
    expect((await other.next()).packet.xid).toBe(6)
    expect(events).toHaveLength(2)
  })

  it('acknowledges on the PXE port, back to where the request came from', async () => {
    const { network, events } = await startServer()
    const machine = await listener(network, '10.0.5.20', 4011)
    machine.send(packet(MessageType.request, 9, { ciaddr: '10.0.5.20' }), { address: '10.0.5.1', port: 4011 })
    const { packet: ack } = await machine.next()
    expect(readOption(ack.options, messageType)).toBe(MessageType.ack)
    expect(ack).toMatchObject({ siaddr: '10.0.5.1', ciaddr: '10.0.5.20', file: 'undionly.kpxe' })
    expect(events.map(({ type }) => type)).toEqual(['seen', 'acknowledged'])
  })

  it.each([
    ['one of several of an interface', { interfaces: ['10.0.0.5'] }, '10.0.0.5'],
    ['one that it was told to tell', { advertise: '10.0.0.5' }, '10.0.0.5'],
    ['that of a second interface on the same network', {}, '10.0.0.2'],
  ])('answers on the PXE port from the address that machines are told: %s', async (_which, init, asked) => {
    const network = fakeNetwork()
    const host = network.host('10.0.0.1', '10.0.0.5', '10.0.0.2')
    const ownInterfaces = () => [own('eth0', '10.0.0.1'), own('eth0', '10.0.0.5'), own('eth1', '10.0.0.2')]
    await startServer({ openSocket: host.openSocket, ownInterfaces, ...init })
    const machine = await listener(network, '10.0.0.20', 4011)
    machine.send(packet(MessageType.request, 9, { ciaddr: '10.0.0.20' }), { address: asked, port: 4011 })
    const ack = await machine.next()
    expect([ack.from.address, ack.packet.siaddr, serverOf(ack)]).toEqual([asked, asked, asked])
  })

  it('says nothing to requests for leases, to damaged packets and to those who do not boot', async () => {
    const { network, events } = await startServer({ interfaces: ['eth0'] })
    const machine = await listener(network, '10.0.0.99', 68)
    machine.send(packet(MessageType.request, 1), everybody)
    machine.send(discover(2, { options: new Map([option(messageType, MessageType.discover)]) }), everybody)
    machine.sendBytes(encodePacket(discover(3)).subarray(0, 241), everybody)
    machine.sendBytes(new Uint8Array(0), everybody)
    machine.send(discover(4), everybody)
    expect((await machine.next()).packet.xid).toBe(4)
    expect(events).toHaveLength(2)
  })

  it('asks the policy, which may take its time, and refuses or boots accordingly', async () => {
    const { network, events, log } = await startServer({
      interfaces: ['eth0'],
      policy: async ({ mac }) => (mac.endsWith('d1') ? 'deny' : { firmware: { name: 'own.kpxe' } }),
    })
    const machine = await listener(network, '10.0.0.99', 68)
    machine.send(discover(1), everybody)
    machine.send(discover(2, { chaddr: Uint8Array.of(2, 0, 0, 0, 0, 1) }), everybody)
    expect((await machine.next()).packet).toMatchObject({ xid: 2, file: 'own.kpxe' })
    expect(events.map(({ type }) => type)).toEqual(['seen', 'denied', 'seen', 'offered'])
    expect(log[0]).toBe('DHCP: Not booting 08:00:27:54:1a:d1: denied')
  })

  it('tells why a machine is refused, where the policy says it', async () => {
    const { network, events, log } = await startServer({
      interfaces: ['eth0'],
      policy: ({ mac }) =>
        mac.endsWith('d1') ? { deny: new KairosError('argument/invalid', 'Not on Mondays.') } : 'allow',
    })
    const machine = await listener(network, '10.0.0.99', 68)
    machine.send(discover(1), everybody)
    machine.send(discover(2, { chaddr: Uint8Array.of(2, 0, 0, 0, 0, 1) }), everybody)
    expect((await machine.next()).packet.xid).toBe(2)
    expect(events[1]).toMatchObject({ type: 'denied', error: { message: 'Not on Mondays.' } })
    expect(log[0]).toBe('DHCP: Not booting 08:00:27:54:1a:d1: Not on Mondays.')
  })

  it('goes on when the policy fails', async () => {
    let calls = 0
    const { network, events } = await startServer({
      interfaces: ['eth0'],
      policy() {
        if (calls++ === 0) throw new Error('database gone')
        return 'allow'
      },
    })
    const machine = await listener(network, '10.0.0.99', 68)
    machine.send(discover(1), everybody)
    machine.send(discover(2), everybody)
    expect((await machine.next()).packet.xid).toBe(2)
    expect(events[0]).toMatchObject({
      type: 'failed',
      machine: { mac: '08:00:27:54:1a:d1' },
      error: { message: 'Cannot answer 08:00:27:54:1a:d1: database gone.' },
    })
  })

  it('asks a slow policy once for a request that comes again meanwhile', async () => {
    const asked: (() => void)[] = []
    const { network } = await startServer({
      interfaces: ['eth0'],
      policy: () => new Promise((resolve) => asked.push(() => resolve('allow'))),
    })
    const machine = await listener(network, '10.0.0.99', 68)
    machine.send(discover(1), everybody)
    machine.send(discover(1), everybody)
    machine.send(discover(2), everybody)
    await new Promise(setImmediate)
    expect(asked).toHaveLength(2)
    for (const allow of asked) allow()
    expect([(await machine.next()).packet.xid, (await machine.next()).packet.xid]).toEqual([1, 2])
  })

  it('says which architecture has no boot file, once', async () => {
    const { network, events, log } = await startServer({ interfaces: ['eth0'] })
    const machine = await listener(network, '10.0.0.99', 68)
    const arm = [option(messageType, MessageType.discover), option(clientSystemArchitecture, [11])]
    machine.send(discover(1, { options: new Map(arm) }), everybody)
    machine.send(discover(1, { options: new Map(arm) }), everybody)
    machine.send(discover(2, { chaddr: Uint8Array.of(2, 0, 0, 0, 0, 1) }), everybody)
    await machine.next()
    expect(events.map(({ type }) => type)).toEqual(['seen', 'no-firmware', 'seen', 'offered'])
    expect(log[0]).toBe('DHCP: Not booting 08:00:27:54:1a:d1: no boot file for ARM 64-bit UEFI')
  })

  it('answers each time and tells it once', async () => {
    const { network, events, log, clock } = await startServer({ interfaces: ['eth0'] })
    const machine = await listener(network, '10.0.0.99', 68)
    for (const xid of [1, 1, 2]) {
      machine.send(discover(xid), everybody)
      await machine.next()
      clock.advance(4_000)
    }
    expect(events).toHaveLength(2)
    expect(log).toHaveLength(1)
  })

  it('refuses interfaces that do not exist, and leaves nothing open when it stops or cannot start', async () => {
    await expect(startServer({ interfaces: ['eth9'] })).rejects.toMatchObject({ code: 'argument/invalid' })
    const { server, host, network } = await startServer()
    const machine = await listener(network, '10.0.0.99', 68)
    machine.send(discover(1), everybody)
    await machine.next()
    await server.stop()
    expect(host.sockets).toEqual([])
    await server.start()
    machine.send(discover(2), everybody)
    await machine.next()
    await server.stop()
    await host.openSocket({ address: '0.0.0.0', port: 4011, onMessage() {}, onError() {} })
    await expect(server.start()).rejects.toMatchObject({ code: 'network/address-in-use' })
    expect(host.sockets).toEqual([{ address: '0.0.0.0', port: 4011 }])
  })

  it('answers a thousand machines that ask at once', async () => {
    const { network } = await startServer({ interfaces: ['eth0'] })
    const machine = await listener(network, '10.0.0.99', 68)
    for (let index = 0; index < 1_000; index++) {
      machine.send(discover(index, { chaddr: Uint8Array.of(2, 0, 0, 0, index >> 8, index & 255) }), everybody)
    }
    const answered = new Set<number>()
    while (answered.size < 1_000) answered.add((await machine.next()).packet.xid)
  })
})
