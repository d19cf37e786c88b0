import { describe, expect, it } from 'vitest'
import type { ByteSource } from '../../bytes/byte-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { fakeClock } from '../fake-clock.js'
import { fakeNetwork } from '../fake-network.js'
import { download } from './fake-client.js'
import { encodePacket } from './packet.js'
import { bytes, rrq, server, setUp, until } from './test-bed.js'
import { createTftpServer } from './tftp-server.js'

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

  it('answers from the address that was asked when it listens on all, and on that besides', async () => {
    const clock = fakeClock()
    const network = fakeNetwork(clock)
    const host = network.host('10.0.0.1', '10.0.0.5')
    let addresses: string[] = []
    const tftp = createTftpServer({
      resolve: () => memorySource('x', bytes(100)),
      addresses: () => addresses,
      openSocket: host.openSocket,
      clock,
    })
    addresses = ['0.0.0.0', '10.0.0.5']
    await tftp.start()
    const heard: string[] = []
    const client = await network.host('10.0.0.9').openSocket({
      ...{ address: '0.0.0.0', port: 0, onError() {} },
      onMessage: (_bytes, from) => void heard.push(from.address),
    })
    for (const asked of ['10.0.0.5', '10.0.0.1']) {
      client.send(encodePacket(rrq(asked)), { address: asked, port: 69 })
      for (let turn = 0; turn < 3; turn++) {
        clock.advance(1)
        await new Promise(setImmediate)
      }
    }
    expect(heard).toEqual(['10.0.0.5', '10.0.0.1'])
    await tftp.stop()
    expect(host.sockets).toEqual([])
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

  it('gives what is under way its time when it stops, and takes up nothing new', async () => {
    const { raw, pass, tftp, events, host } = await setUp({ files: { x: bytes(600) } })
    const [quick, slow, late] = await Promise.all([raw(), raw(), raw()])
    quick.send(rrq('x'))
    slow.send(rrq('x'))
    await pass(3)
    const stopped = tftp.stop({ graceMs: 500 })
    late.send(rrq('x'), server)
    quick.send({ type: 'ack', block: 1 })
    await pass(3)
    quick.send({ type: 'ack', block: 2 })
    await pass(490)
    expect(tftp.active).toBe(1)
    await pass(10)
    await stopped
    expect(events.map(({ type }) => type)).toEqual(['started', 'started', 'sent', 'failed'])
    expect(slow.heard).toEqual([1, 'The server stops'])
    expect(late.heard).toEqual([])
    expect(host.sockets).toEqual([])
  })

  it('stops at once when nothing is under way, however much time it has', async () => {
    const { tftp, get, clock, pass } = await setUp({ files: { x: bytes(600) } })
    await get('x')
    await pass(3)
    await tftp.stop({ graceMs: 60_000 })
    expect(clock.now()).toBeLessThan(60_000)
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
