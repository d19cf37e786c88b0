import { describe, expect, it } from 'vitest'
import { FUZZ_RUNS, seededRandom } from '../../../../../fuzz/mutate.js'
import { memorySource } from '../../bytes/memory-source.js'
import type { Endpoint } from '../datagram-socket.js'
import { fakeClock } from '../fake-clock.js'
import { fakeNetwork } from '../fake-network.js'
import { decodePacket, encodePacket, type TftpPacket } from './packet.js'
import { createTftpServer } from './tftp-server.js'

describe('a TFTP server under fire', () => {
  it('stays up, within its bounds, and answers the next honest client', { timeout: 60_000 + FUZZ_RUNS }, async () => {
    const number = seededRandom(1)
    const random = (below: number) => Math.floor(number() * below)
    const clock = fakeClock()
    const network = fakeNetwork(clock)
    const host = network.host('10.0.0.1')
    const tftp = createTftpServer({
      resolve: (name) => (name.length % 2 ? memorySource(name, new Uint8Array(random(3_000))) : undefined),
      openSocket: host.openSocket,
      clock,
      maxTransfers: 50,
      maxTransfersPerClient: 40,
      maxRetransmissions: 1,
      retransmitAfterMs: 50,
    })
    await tftp.start()
    const server = { address: '10.0.0.1', port: 69 }
    const transfers: Endpoint[] = [server]
    const { openSocket } = network.host('10.0.0.99')
    const onMessage = (_: Uint8Array, from: Endpoint) => {
      transfers[1 + random(30)] = from
    }
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => openSocket({ address: '0.0.0.0', port: 0, onMessage, onError() {} })),
    )
    const packet = (): TftpPacket => {
      const block = random(10) ? random(8) : random(65_536)
      const options = new Map([
        [['blksize', 'tsize', 'timeout', 'windowsize', 'x'][random(5)] ?? '', `${random(2_000)}`],
      ])
      const name = 'x'.repeat(random(4))
      const mode = random(9) ? 'octet' : 'netascii'
      const any: TftpPacket[] = [
        { type: 'rrq', name, mode, options: random(2) ? options : new Map() },
        { type: 'wrq', name, mode, options },
        { type: 'data', block, bytes: new Uint8Array(random(20)) },
        { type: 'ack', block },
        { type: 'ack', block: random(4) },
        { type: 'error', code: random(10), message: name },
        { type: 'oack', options },
      ]
      return any[random(any.length)] ?? { type: 'ack', block }
    }
    for (let run = 0; run < FUZZ_RUNS; run++) {
      const bytes = Uint8Array.from(encodePacket(packet()))
      for (let changes = random(3); changes > 0; changes--) bytes[random(bytes.length)] = random(256)
      const cut = random(5) ? bytes : bytes.subarray(0, random(bytes.length))
      clients[random(clients.length)]?.send(cut, transfers[random(transfers.length)] ?? server)
      if (run % 16 === 0) {
        clock.advance(random(20))
        await new Promise(setImmediate)
      }
      if (tftp.active > 50 || host.sockets.length > 120) expect.fail('more transfers than allowed')
    }
    do await new Promise(setImmediate)
    while (clock.step())
    expect(tftp.active).toBe(0)
    expect(host.sockets).toHaveLength(1)

    const answers: TftpPacket[] = []
    const honest = await openSocket({
      address: '0.0.0.0',
      port: 0,
      onMessage: (bytes) => answers.push(decodePacket(bytes)),
      onError() {},
    })
    honest.send(encodePacket({ type: 'rrq', name: 'xxx', mode: 'octet', options: new Map() }), server)
    for (let turn = 0; turn < 5; turn++) {
      clock.advance(1)
      await new Promise(setImmediate)
    }
    expect(answers).toMatchObject([{ type: 'data', block: 1 }])
  })
})
