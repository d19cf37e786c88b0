import { describe, expect, it } from 'vitest'
import type { FakeClock } from '../fake-clock.js'
import type { Fate } from '../fake-network.js'
import { decodePacket } from './packet.js'
import { bytes, rrq, server, setUp, until } from './test-bed.js'

const later = (clock: FakeClock, ms: number) => until(clock, new Promise<void>((resolve) => clock.after(ms, resolve)))

describe('a transfer', () => {
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

  it('keeps nothing for a client that was never heard of for longer than a minute, whatever it asks for', async () => {
    const { raw, clock, tftp, events } = await setUp({ files: { x: bytes(1) } })
    const client = await raw()
    client.send(rrq('x', [['timeout', '255']]))
    await later(clock, 59_000)
    expect(tftp.active).toBe(1)
    await later(clock, 2_000)
    expect(tftp.active).toBe(0)
    expect(client.heard).toEqual(['oack', 'Timed out'])
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'tftp/no-answer' } })
  })

  it('waits as long as it was told for a client that was heard of', async () => {
    const { raw, pass, clock, tftp } = await setUp({ files: { x: bytes(700) } })
    const client = await raw()
    client.send(rrq('x', [['timeout', '255']]))
    await pass(3)
    client.send({ type: 'ack', block: 0 })
    await later(clock, 120_000)
    expect(tftp.active).toBe(1)
    await later(clock, 140_000)
    expect(client.heard).toEqual(['oack', 1, 1])
    await tftp.stop()
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
})
