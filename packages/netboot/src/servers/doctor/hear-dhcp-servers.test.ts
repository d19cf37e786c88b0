import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identifyMachine } from '../dhcp/machine.js'
import { leaseTime } from '../dhcp/options/duration.js'
import { serverIdentifier, subnetMask } from '../dhcp/options/ipv4-address.js'
import { routers } from '../dhcp/options/ipv4-addresses.js'
import { MessageType, messageType } from '../dhcp/options/message-type.js'
import { option, readOption } from '../dhcp/options/option-kind.js'
import { bootfileName, vendorClassIdentifier } from '../dhcp/options/text.js'
import { BROADCAST_FLAG, type DhcpPacket, decodePacket, emptyPacket, encodePacket, Op } from '../dhcp/packet.js'
import { type FakeClock, fakeClock } from '../fake-clock.js'
import { type FakeHost, fakeNetwork } from '../fake-network.js'
import { examineHost } from './examine-host.js'
import { fakeProbes, notPermitted } from './fake-probes.js'
import { hearDhcpServers } from './hear-dhcp-servers.js'

const EVERYBODY = { address: '255.255.255.255', port: 68 }

/** Answers each DISCOVER as `reply` says. */
async function serve(host: FakeHost, reply: (request: DhcpPacket) => DhcpPacket | undefined) {
  const heard: DhcpPacket[] = []
  const socket = await host.openSocket({
    ...{ address: '0.0.0.0', port: 67, reuse: true, broadcast: true },
    onMessage(bytes) {
      const request = decodePacket(bytes)
      heard.push(request)
      const packet = reply(request)
      if (packet) socket.send(encodePacket(packet), EVERYBODY)
    },
    onError() {},
  })
  return heard
}

const lease = (server: string) => (request: DhcpPacket) =>
  emptyPacket({
    ...{ op: Op.reply, xid: request.xid, chaddr: request.chaddr, yiaddr: '10.0.0.100' },
    options: new Map([
      option(messageType, MessageType.offer),
      option(serverIdentifier, server),
      option(subnetMask, '255.255.255.0'),
      option(routers, ['10.0.0.254']),
      option(leaseTime, 3600),
    ]),
  })

const proxy = (server: string) => (request: DhcpPacket) =>
  identifyMachine(request) &&
  emptyPacket({
    ...{ op: Op.reply, xid: request.xid, chaddr: request.chaddr },
    options: new Map([
      option(messageType, MessageType.offer),
      option(serverIdentifier, server),
      option(vendorClassIdentifier, 'PXEClient'),
      option(bootfileName, 'pxelinux.0\u001b[2J'),
    ]),
  })

/** Examines a host while the time goes by. */
async function examine(host: FakeHost, clock: FakeClock) {
  const report = examineHost({ probes: fakeProbes({ host, clock }), stateDirectory: '/', listenMs: 5_000 })
  let isDone = false
  void report.finally(() => {
    isDone = true
  })
  while (!isDone) {
    await turn()
    clock.step()
  }
  const { findings } = await report
  return findings.filter(({ check }) => check === 'dhcp-servers' || check === 'boot-servers')
}

describe('hearing DHCP servers', () => {
  it('tells what a DHCP server offers, asks twice in two ways, and never requests an address', async () => {
    const network = fakeNetwork()
    const heard = await serve(network.host('10.0.0.1'), lease('10.0.0.1'))
    const host = network.host('10.0.0.2')
    const findings = await examine(host, fakeClock())
    expect(findings.map(({ level, found }) => [level, found])).toEqual([
      ['ok', 'DHCP server 10.0.0.1 on eth0 offers 10.0.0.100/24, router 10.0.0.254.'],
      ['ok', 'Nobody else offers machines something to boot.'],
    ])
    expect(heard.map(({ options }) => readOption(options, messageType))).toEqual(Array(4).fill(MessageType.discover))
    expect(heard.map((request) => identifyMachine(request) !== undefined)).toEqual([false, true, false, true])
    for (const { chaddr, flags } of heard) {
      expect((chaddr[0] ?? 0) & 0x03).toBe(0x02)
      expect(flags).toBe(BROADCAST_FLAG)
    }
    expect(host.sockets).toEqual([])
  })

  it('warns of another proxyDHCP server, and quotes what it says', async () => {
    const network = fakeNetwork()
    await serve(network.host('10.0.0.1'), lease('10.0.0.1'))
    await serve(network.host('10.0.0.3'), proxy('10.0.0.3'))
    const findings = await examine(network.host('10.0.0.2'), fakeClock())
    expect(findings.at(-1)).toMatchObject({
      ...{ check: 'boot-servers', level: 'warning' },
      found: expect.stringContaining('A proxyDHCP server at 10.0.0.3 on eth0 offers machines something to boot'),
    })
    expect(findings.at(-1)?.found).not.toContain('\u001b')
  })

  it('warns when several lease addresses', async () => {
    const network = fakeNetwork()
    await serve(network.host('10.0.0.1'), lease('10.0.0.1'))
    await serve(network.host('10.0.0.3'), lease('10.0.0.3'))
    const findings = await examine(network.host('10.0.0.2'), fakeClock())
    expect(findings.map(({ level }) => level)).toEqual(['ok', 'ok', 'warning', 'ok'])
  })

  it('warns when nobody answers', async () => {
    const findings = await examine(fakeNetwork().host('10.0.0.2'), fakeClock())
    expect(findings[0]).toMatchObject({ level: 'warning', found: expect.stringContaining('No DHCP server answered') })
  })

  it('leaves what is sent to the DHCP client of this machine to that', async () => {
    const network = fakeNetwork()
    const site = network.host('10.0.0.1')
    const host = network.host('10.0.0.2')
    const clock = fakeClock()
    const renewals: string[] = []
    const onMessage = (bytes: Uint8Array) => void renewals.push(Buffer.from(bytes).toString())
    await host.openSocket({ address: '0.0.0.0', port: 68, reuse: true, onMessage, onError() {} })
    const server = await site.openSocket({ address: '0.0.0.0', port: 67, onMessage() {}, onError() {} })
    const heard = hearDhcpServers({
      ...{ interfaces: fakeProbes({ host }).ownInterfaces(), listenMs: 5_000, clock },
      ...{ openSocket: host.openSocket, ports: { server: 67, client: 68 } },
    })
    // It has asked, and listens.
    while (clock.pending === 0) await turn()
    server.send(Buffer.from('DHCPACK'), { address: '10.0.0.2', port: 68 })
    await turn()
    expect(renewals).toContain('DHCPACK')
    clock.advance(5_000)
    await heard
  })

  it('says so when it may not listen', async () => {
    const openSocket = async ({ port }: { port: number }) => Promise.reject(notPermitted(port))
    const { findings } = await examineHost({ probes: fakeProbes({ openSocket }), stateDirectory: '/' })
    expect(findings.find(({ check }) => check === 'dhcp-servers')).toMatchObject({
      ...{ level: 'warning', found: expect.stringContaining('UDP port 68 is not permitted') },
      advice: expect.stringContaining('setcap'),
    })
  })

  it('survives whatever answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), fc.boolean(), async (noise, valid) => {
        const network = fakeNetwork()
        const stranger = network.host('10.0.0.9')
        const socket = await stranger.openSocket({
          ...{ address: '0.0.0.0', port: 67, reuse: true, broadcast: true },
          onMessage(bytes) {
            const packet = valid ? encodePacket(lease('10.0.0.9')(decodePacket(bytes))) : noise
            if (valid) packet.set(noise.subarray(0, packet.length - 250), 240)
            socket.send(packet, EVERYBODY)
          },
          onError() {},
        })
        await examine(network.host('10.0.0.2'), fakeClock())
      }),
      { numRuns: 50 },
    )
  })
})
