import { memorySource } from '../../bytes/memory-source.js'
import type { Endpoint } from '../datagram-socket.js'
import { type FakeClock, fakeClock } from '../fake-clock.js'
import { type Fate, fakeNetwork } from '../fake-network.js'
import { type DownloadOptions, download } from './fake-client.js'
import { decodePacket, encodePacket, type TftpPacket } from './packet.js'
import type { TftpEvent } from './tftp-events.js'
import { createTftpServer, type TftpServerInit } from './tftp-server.js'

export const server = { address: '10.0.0.1', port: 69 }
export const bytes = (length: number) =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 9)) % 256))
export const rrq = (name: string, options: [string, string][] = [], mode = 'octet'): TftpPacket => ({
  type: 'rrq',
  name,
  mode,
  options: new Map(options),
})

/** Turns the clock until something has happened. All else that happens meanwhile is microtasks. */
export async function until<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let settled = false
  const mark = () => {
    settled = true
  }
  promise.then(mark, mark)
  for (;;) {
    await new Promise(setImmediate)
    if (settled) return promise
    if (!clock.step()) throw new Error('Nothing more happens.')
  }
}

/** A server and clients on a network in memory. */
export async function setUp(init: Partial<TftpServerInit> & { files?: Record<string, Uint8Array>; fate?: Fate } = {}) {
  const clock = fakeClock()
  const network = fakeNetwork(clock, init.fate)
  const host = network.host(server.address)
  const events: TftpEvent[] = []
  const log: string[] = []
  const note = (message: string) => void log.push(message)
  const { files = {} } = init
  const tftp = createTftpServer({
    resolve: (name) => (Object.hasOwn(files, name) ? memorySource(name, files[name] ?? '') : undefined),
    openSocket: host.openSocket,
    clock,
    logger: { info: note, warn: note, debug: note },
    ...init,
  })
  tftp.on((event) => events.push(event))
  await tftp.start()
  const { openSocket } = network.host('10.0.0.99')
  const get = (name: string, options: Partial<DownloadOptions> = {}) =>
    until(clock, download({ openSocket, clock, server, name, ...options }))

  /** A client that does only what the test says. */
  async function raw() {
    const received: { packet: TftpPacket; from: Endpoint }[] = []
    const socket = await openSocket({
      address: '0.0.0.0',
      port: 0,
      onMessage: (message, from) => received.push({ packet: decodePacket(message), from }),
      onError() {},
    })
    return {
      received,
      port: socket.local.port,
      send(packet: TftpPacket | Uint8Array, to: Endpoint = received[0]?.from ?? server) {
        socket.send(packet instanceof Uint8Array ? packet : encodePacket(packet), to)
      },
      close: () => socket.close(),
      /** Blocks, or errors, in the order in which they came. */
      get heard() {
        return received.map(({ packet }) =>
          packet.type === 'data' ? packet.block : packet.type === 'error' ? packet.message : packet.type,
        )
      },
    }
  }
  /** Lets everything happen that happens within a time. */
  async function pass(milliseconds: number) {
    const end = clock.now() + milliseconds
    for (let at = clock.now(); at < end; at++) {
      clock.advance(1)
      await new Promise(setImmediate)
    }
  }
  return { clock, host, tftp, events, log, get, raw, pass }
}
