import { describe, expect, it } from 'vitest'
import { FUZZ_RUNS, seededRandom } from '../../../../../fuzz/mutate.js'
import { fakeClock } from '../fake-clock.js'
import { fakeNetwork } from '../fake-network.js'
import { capturedRequests } from './fixtures/captured-requests.js'
import { decodePacket } from './packet.js'
import { createProxyDhcpServer } from './proxy-dhcp-server.js'

describe('a proxyDHCP server under fire', () => {
  it('stays up, leases nothing, and answers the next honest machine', { timeout: 60_000 + FUZZ_RUNS }, async () => {
    const number = seededRandom(1)
    const random = (below: number) => Math.floor(number() * below)
    const network = fakeNetwork()
    const failures: string[] = []
    const server = createProxyDhcpServer({
      firmware: () => ({ name: 'ipxe.efi', url: 'http://10.0.0.1/ipxe.efi' }),
      scriptUrl: ({ mac }, address) => `http://${address}/${mac}`,
      openSocket: network.host('10.0.0.1').openSocket,
      ownInterfaces: () => [{ name: 'eth0', address: '10.0.0.1', netmask: '255.255.255.0', internal: false }],
      clock: fakeClock(),
    })
    server.on((event) => event.type === 'failed' && failures.push(event.error.message))
    await server.start()

    const { openSocket } = network.host('10.0.0.99')
    let leased = 0
    let last: string | undefined
    const onMessage = (bytes: Uint8Array) => {
      const packet = decodePacket(bytes)
      if (packet.yiaddr !== '0.0.0.0' || packet.options.has(51)) leased++
      last = packet.file
    }
    const machine = await openSocket({ address: '0.0.0.0', port: 68, broadcast: true, onMessage, onError() {} })
    const requests = Object.values(capturedRequests)
    const noise = () => Uint8Array.from({ length: random(400) }, () => random(256))
    const send = (bytes: Uint8Array, port: number) => machine.send(bytes, { address: '255.255.255.255', port })
    for (let run = 0; run < FUZZ_RUNS; run++) {
      const bytes = random(10) ? Uint8Array.from(requests[random(requests.length)] ?? []) : noise()
      for (let changes = random(4); changes > 0 && bytes.length > 0; changes--) {
        // Half of the changes go where the options are.
        const from = random(2) ? Math.min(240, bytes.length - 1) : 0
        bytes[from + random(bytes.length - from)] = random(256)
      }
      send(random(5) ? bytes : bytes.subarray(0, random(bytes.length + 1)), random(4) ? 67 : 4011)
      if (run % 64 === 0) await new Promise(setImmediate)
    }
    await new Promise(setImmediate)
    expect(failures).toEqual([])
    expect(leased).toBe(0)
    last = undefined
    send(capturedRequests.ipxeRomDiscover, 67)
    await new Promise(setImmediate)
    expect(last).toBe('http://10.0.0.1/52:54:00:4b:61:69')
    await server.stop()
  })
})
