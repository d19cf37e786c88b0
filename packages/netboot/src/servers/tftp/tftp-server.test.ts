import { describe, expect, it } from 'vitest'
import type { ByteSource } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import type { Endpoint } from '../datagram-socket.js'
import { type FakeClock, fakeClock } from '../fake-clock.js'
import { type Fate, fakeNetwork } from '../fake-network.js'
import { type DownloadOptions, download } from './fake-client.js'
import { decodePacket, encodePacket, type TftpPacket } from './packet.js'
import type { TftpEvent } from './tftp-events.js'
import { createTftpServer, type TftpServerInit } from './tftp-server.js'

const server = { address: '10.0.0.1', port: 69 }
const bytes = (length: number) =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 9)) % 256))
const rrq = (name: string, options: [string, string][] = [], mode = 'octet'): TftpPacket => ({
  type: 'rrq',
  name,
  mode,
  options: new Map(options),
})

/** Turns the clock until something has happened. All else that happens meanwhile is microtasks. */
async function until<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
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

async function setUp(init: Partial<TftpServerInit> & { files?: Record<string, Uint8Array>; fate?: Fate } = {}) {
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

describe('createTftpServer', () => {
  it.each([
    ['empty', 0],
    ['of one byte', 1],
    ['of a block less one', 511],
    ['of a block', 512],
    ['of several blocks', 512 * 5],
    ['of several blocks and a bit', 512 * 5 + 1],
  ])('sends a file that is %s', async (_, size) => {
    const { get, events, log, clock, tftp, host } = await setUp({ files: { x: bytes(size) } })
    const { content } = await get('x')
    expect(content.equals(bytes(size))).toBe(true)
    await until(clock, new Promise<void>((resolve) => clock.after(1, resolve)))
    expect(events.map(({ type }) => type)).toEqual(['started', 'sent'])
    expect(events[1]).toMatchObject({ name: 'x', bytes: size, acknowledged: true, retransmissions: 0 })
    expect(log).toEqual([`TFTP: Sent "x" to 10.0.0.99:${events[0]?.client.port}`])
    expect(tftp.active).toBe(0)
    expect(host.sockets).toEqual([{ address: '0.0.0.0', port: 69 }])
  })

  it('agrees on block size, window, size and timeout', async () => {
    const { get, events } = await setUp({ files: { x: bytes(100_000) } })
    const wanted = { tsize: '0', blksize: '1432', windowsize: '16', timeout: '2' }
    const { content, options } = await get('x', { options: new Map(Object.entries(wanted)) })
    expect(content.equals(bytes(100_000))).toBe(true)
    expect(Object.fromEntries(options)).toEqual({ ...wanted, tsize: '100000' })
    expect(events[0]).toMatchObject({ size: 100_000, blockSize: 1432, windowSize: 16 })
  })

  it('counts on when block numbers wrap, alone and in windows', async () => {
    const file = bytes(8 * 140_000 + 3)
    const { get } = await setUp({ files: { x: file } })
    for (const windowsize of ['1', '64']) {
      const options = new Map([
        ['blksize', '8'],
        ['windowsize', windowsize],
      ])
      const { content } = await get('x', { options })
      expect(content.equals(file)).toBe(true)
    }
  })

  it('refuses what it does not have, writing, and other modes, each in its words', async () => {
    const { raw, pass, events, log } = await setUp({ files: { x: bytes(1) } })
    const client = await raw()
    client.send(rrq('../etc/shadow\u001b[2J'))
    client.send({ type: 'wrq', name: 'x', mode: 'octet', options: new Map() })
    client.send(rrq('x', [], 'netascii'))
    client.send(rrq('x', [], 'mail'))
    await pass(5)
    const messages = client.heard.toSorted()
    expect(messages).toEqual([
      'File not found',
      'Only mode octet (binary) is served',
      'Only mode octet (binary) is served',
      'This server is read-only',
    ])
    const codes = client.received.map(({ packet }) => packet.type === 'error' && packet.code)
    expect(codes.toSorted()).toEqual([1, 2, 4, 4])
    expect(events.map((event) => event.type === 'refused' && event.reason).toSorted()).toEqual([
      'mode',
      'mode',
      'not-found',
      'read-only',
    ])
    expect(log.join()).not.toContain('\u001b')
  })

  it('says nothing to what is no request', async () => {
    const { raw, pass } = await setUp()
    const client = await raw()
    client.send(Uint8Array.of(0, 1, 2))
    client.send({ type: 'error', code: 0, message: 'x' })
    client.send({ type: 'ack', block: 3 })
    await pass(5)
    expect(client.heard).toEqual([])
  })

  it('says so when a file cannot be found out about, or breaks while it is read', async () => {
    const broken: ByteSource = {
      name: 'x',
      size: 1_000,
      read() {
        throw Object.assign(new Error('EIO'), { code: 'EIO' })
      },
    }
    const { raw, pass, events } = await setUp({
      resolve(name) {
        if (name === 'x') return broken
        throw new Error('no database')
      },
    })
    const client = await raw()
    client.send(rrq('y'))
    await pass(5)
    client.send(rrq('x'), server)
    await pass(5)
    expect(client.heard).toEqual(['Cannot read the file', 'Cannot read the file'])
    expect(events.map(({ type }) => type)).toEqual(['refused', 'started', 'failed'])
    expect(events[2]).toMatchObject({ error: { code: 'input/unreadable' }, bytes: 0 })
  })

  it('repeats a block until it is acknowledged, and gives up in the end', async () => {
    const { raw, pass, events, tftp, host } = await setUp({ files: { x: bytes(5_000) }, maxRetransmissions: 3 })
    const client = await raw()
    client.send(rrq('x'))
    await pass(2_500)
    expect(client.heard).toEqual([1, 1, 1])
    client.send({ type: 'ack', block: 1 })
    await pass(10_000)
    expect(client.heard).toEqual([1, 1, 1, 2, 2, 2, 2, 'Timed out'])
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      bytes: 512,
      error: { code: 'tftp/no-answer', message: expect.stringContaining('block 1 of 10 was the last') },
    })
    expect(tftp.active).toBe(0)
    expect(host.sockets).toHaveLength(1)
  })

  it('waits as long as the client wants', async () => {
    const { raw, pass } = await setUp({ files: { x: bytes(1) } })
    const client = await raw()
    client.send(rrq('x', [['timeout', '5']]))
    await pass(5_500)
    expect(client.heard).toEqual(['oack', 'oack'])
  })

  it('takes a missing last acknowledgement for success, but not a client that was never heard of', async () => {
    const { get, raw, pass, events } = await setUp({ files: { x: bytes(700) }, maxRetransmissions: 2 })
    await get('x', { forgetsLastAck: true })
    await pass(5_000)
    expect(events.at(-1)).toMatchObject({ type: 'sent', acknowledged: false, bytes: 700 })
    const client = await raw()
    client.send(rrq('x', [['blksize', '1432']]))
    await pass(5_000)
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { message: expect.stringContaining('none came') } })
  })

  it('takes an error after the acknowledgement of the size for what it is: no failure', async () => {
    const { raw, pass, events, log } = await setUp({ files: { x: bytes(700) } })
    const client = await raw()
    client.send(rrq('x', [['tsize', '0']]))
    await pass(3)
    client.send({ type: 'error', code: 8, message: 'User aborted the transfer' })
    await pass(3)
    expect(events.map(({ type }) => type)).toEqual(['started', 'probed'])
    client.send(rrq('x'), server)
    await pass(3)
    client.send({ type: 'error', code: 3, message: 'Disk full' }, client.received.at(-1)?.from)
    await pass(3)
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'tftp/client-error' } })
    expect(log.at(-1)).toContain('error 3: "Disk full"')
  })

  it('does not start twice for a request that comes twice, nor for one that comes late', async () => {
    const { raw, pass, events } = await setUp({ files: { x: bytes(600) } })
    const client = await raw()
    client.send(rrq('x'))
    client.send(rrq('x'))
    await pass(3)
    client.send({ type: 'ack', block: 1 })
    client.send(rrq('x'), server)
    await pass(3)
    client.send({ type: 'ack', block: 2 })
    await pass(3)
    client.send(rrq('x'), server)
    await pass(3)
    expect(events.map(({ type }) => type)).toEqual(['started', 'sent'])
    expect(client.heard).toEqual([1, 2])
    await pass(1_000)
    client.send(rrq('x'), server)
    await pass(3)
    expect(events.map(({ type }) => type)).toEqual(['started', 'sent', 'started'])
  })

  it('lets a client that keeps its port ask for another file', async () => {
    const { raw, pass, events } = await setUp({ files: { x: bytes(600), y: bytes(600) } })
    const client = await raw()
    client.send(rrq('x'))
    await pass(3)
    client.send(rrq('y'), server)
    await pass(3)
    expect(client.heard).toEqual([1, 1])
    expect(events.map(({ type, name }) => `${type} ${name}`)).toEqual(['started x', 'failed x', 'started y'])
  })

  it('sends nothing for an acknowledgement that comes twice: no sorcerer, no apprentice', async () => {
    const { get } = await setUp({
      files: { x: bytes(512 * 100) },
      fate: (_, from) => (from.port === 69 ? [0] : [0, 0]),
    })
    const { dataPackets } = await get('x')
    // Each packet is doubled on its way; had the server answered the doubled acknowledgements, there were 4 of each.
    expect(dataPackets).toBeLessThanOrEqual(2 * 101)
  })

  it('does not double windows either when acknowledgements are doubled', async () => {
    const doubledToServer: Fate = (_, from) => (from.address === '10.0.0.99' ? [1, 1] : [1])
    const { get, events } = await setUp({ files: { x: bytes(512 * 1_000) }, fate: doubledToServer })
    const { dataPackets } = await get('x', { options: new Map([['windowsize', '16']]) })
    expect(dataPackets).toBe(1_001)
    expect(events.at(-1)).toMatchObject({ type: 'started' })
  })

  it('goes on at once from a block that was lost within a window', async () => {
    let lost = false
    const loseThird: Fate = (message, from) => {
      const packet = from.address === server.address ? decodePacket(message) : undefined
      if (lost || packet?.type !== 'data' || packet.block !== 3) return [1]
      lost = true
      return []
    }
    const { get, clock } = await setUp({ files: { x: bytes(512 * 20) }, fate: loseThird })
    const { content } = await get('x', { options: new Map([['windowsize', '8']]) })
    expect(content.equals(bytes(512 * 20))).toBe(true)
    expect(clock.now()).toBeLessThan(100)
  })

  it('answers strangers on the port of a transfer, and goes on with it', async () => {
    const { raw, pass } = await setUp({ files: { x: bytes(600) } })
    const client = await raw()
    const stranger = await raw()
    client.send(rrq('x'))
    await pass(3)
    const transfer = client.received[0]?.from
    stranger.send({ type: 'ack', block: 1 }, transfer)
    stranger.send({ type: 'error', code: 0, message: 'x' }, transfer)
    client.send(Uint8Array.of(9, 9, 9))
    await pass(3)
    expect(stranger.heard).toEqual(['Unknown transfer ID'])
    client.send({ type: 'ack', block: 1 })
    await pass(3)
    expect(client.heard).toEqual([1, 2])
  })

  it('ignores acknowledgements of blocks that were not sent', async () => {
    const { raw, pass } = await setUp({ files: { x: bytes(5_000) } })
    const client = await raw()
    client.send(rrq('x'))
    await pass(3)
    for (const block of [2, 5, 0xffff, 0]) client.send({ type: 'ack', block })
    await pass(3)
    expect(client.heard).toEqual([1])
  })

  it('bounds the transfers of one client and of all', async () => {
    const { raw, pass, tftp } = await setUp({ files: { x: bytes(600) }, maxTransfersPerClient: 3, maxTransfers: 3 })
    const clients = await Promise.all(Array.from({ length: 5 }, raw))
    for (const client of clients) client.send(rrq('x'))
    await pass(3)
    expect(clients.flatMap(({ heard }) => heard)).toEqual([
      ...[1, 1, 1],
      ...['Too many transfers, try again later', 'Too many transfers, try again later'],
    ])
    expect(tftp.active).toBe(3)
    clients[0]?.send({ type: 'error', code: 0, message: 'enough' })
    await pass(3)
    clients[4]?.send(rrq('x'), server)
    await pass(3)
    expect(clients[4]?.heard.at(-1)).toBe(1)
  })

  it('frees thousands of transfers that nobody goes on with', async () => {
    const { raw, pass, tftp, host, events, clock } = await setUp({
      files: { x: bytes(600) },
      maxTransfersPerClient: 5_000,
      maxTransfers: 3_000,
      maxRetransmissions: 2,
    })
    const client = await raw()
    for (let index = 0; index < 4_000; index++) (await raw()).send(rrq('x'))
    await pass(3)
    expect(tftp.active).toBe(3_000)
    expect(host.sockets).toHaveLength(3_001)
    await until(clock, new Promise<void>((resolve) => clock.after(5_000, resolve)))
    expect(tftp.active).toBe(0)
    expect(host.sockets).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'failed')).toHaveLength(3_000)
    client.send(rrq('x'))
    await pass(3)
    expect(client.heard).toEqual([1])
  })

  it('answers from the address that was asked, where it listens on several', async () => {
    const clock = fakeClock()
    const network = fakeNetwork(clock)
    const { openSocket } = network.host('10.0.0.1', '10.0.5.1')
    const tftp = createTftpServer({
      resolve: () => memorySource('x', bytes(2_000)),
      addresses: ['10.0.0.1', '10.0.5.1'],
      openSocket,
      clock,
    })
    await tftp.start()
    const client = network.host('10.0.5.9')
    const asked = { address: '10.0.5.1', port: 69 }
    const get = download({ openSocket: client.openSocket, clock, server: asked, name: 'x' })
    expect((await until(clock, get)).content).toHaveLength(2_000)
  })

  it('tells clients when it stops, and can start again', async () => {
    const { raw, pass, tftp, host, events, get } = await setUp({ files: { x: bytes(600) } })
    const client = await raw()
    client.send(rrq('x'))
    await pass(3)
    await tftp.stop()
    await pass(3)
    expect(client.heard).toEqual([1, 'The server stops'])
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'aborted' } })
    expect(host.sockets).toEqual([])
    await tftp.start()
    expect((await get('x')).content).toHaveLength(600)
  })

  it('stops though the look-up of a file hangs', async () => {
    const { raw, pass, tftp } = await setUp({ resolve: () => new Promise(() => {}) })
    const client = await raw()
    client.send(rrq('x'))
    await pass(3)
    expect(tftp.active).toBe(1)
    await tftp.stop()
    expect(tftp.active).toBe(0)
  })
})
