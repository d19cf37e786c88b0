import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { type Announcement, type Block, decodeBlock, encodeBlock, entryValue, lookUp } from '../ledger/index.js'
import { fakeClock } from '../network/fake-clock.js'
import { openLedgerSync } from './ledger-sync.js'

const MIB = 2 ** 20
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

function syncOf({ peers = ['you'], limit = MIB, answer = [] as readonly Announcement[] } = {}) {
  const clock = fakeClock(1_700_000_000_000)
  const sent: Block[] = []
  const seen: Block[] = []
  const failures: unknown[] = []
  const rejected: string[] = []
  let reached = new Set(peers)
  const sync = openLedgerSync({
    maxBytes: MIB,
    clock,
    publish: async (data) => {
      if (data.length > limit) throw new KairosError('ledger/too-large', 'too large')
      sent.push(decodeBlock(data, MIB))
      return reached
    },
    onBlock(block) {
      seen.push(block)
      if (answer.length > 0) sync.announce(...answer)
    },
    onSent: () => {},
    onRejected: (from) => rejected.push(from),
    onFailed: (error) => failures.push(error),
    random: () => 0.5,
  })
  return {
    sync,
    clock,
    sent,
    seen,
    failures,
    rejected,
    reach: (peers: string[]) => {
      reached = new Set(peers)
    },
  }
}

const block = (index: bigint, buckets: Record<string, Record<string, string>>): Block => ({
  index,
  hash: 'f',
  prevHash: '',
  timestamp: '',
  storage: new Map(Object.entries(buckets).map(([bucket, keys]) => [bucket, new Map(Object.entries(keys))])),
})
const presence = { bucket: 'presence', key: 'me', value: '' }
const has = (block: Block | undefined, bucket: string, key: string) =>
  block !== undefined && lookUp(block.storage, bucket, key) !== undefined

describe('openLedgerSync', () => {
  it('sends a new value at once, and the ledger again and again at growing intervals', async () => {
    const { sync, clock, sent } = syncOf()
    sync.announce(presence)
    await settle()
    expect(sent).toHaveLength(1)
    const times: number[] = []
    for (let second = 1; second <= 40; second++) {
      const before = sent.length
      clock.advance(1_000)
      await settle()
      if (sent.length > before) times.push(second)
    }
    expect(times).toEqual([1, 3, 7, 15, 25, 35])
    expect(new Set(sent.map(({ hash }) => hash)).size).toBe(1)
  })

  it('writes its values again soon after another block has dropped them', async () => {
    const { sync, clock, sent } = syncOf()
    sync.announce(presence)
    sync.handleMessage({ from: 'you', data: encodeBlock(block(7n, { presence: { you: '""' } })) })
    clock.advance(20)
    await settle()
    expect(sent.at(-1)?.index).toBe(8n)
    expect(has(sent.at(-1), 'presence', 'me') && has(sent.at(-1), 'presence', 'you')).toBe(true)
  })

  it('answers a block on top of it, and in one block', async () => {
    const answer = [{ bucket: 'pairing', key: 'me', value: 'ok' }, presence]
    const { sync, clock, sent } = syncOf({ answer })
    sync.handleMessage({ from: 'you', data: encodeBlock(block(7n, { pairing: { data: '"x"' } })) })
    await settle()
    expect(sent.map(({ index }) => index)).toEqual([8n])
    for (const [bucket, key] of [
      ['pairing', 'data'],
      ['pairing', 'me'],
      ['presence', 'me'],
    ] as const) {
      expect(has(sent[0], bucket, key)).toBe(true)
    }
    clock.advance(20)
    await settle()
    expect(sent).toHaveLength(1)
  })

  it('does not race with somebody who drops them every time', async () => {
    const { sync, clock, sent } = syncOf()
    sync.announce(presence)
    for (let time = 0; time < 20_000; time += 10) {
      const index = (sent.at(-1)?.index ?? 0n) + 1n
      sync.handleMessage({ from: 'you', data: encodeBlock(block(index, {})) })
      clock.advance(10)
      await settle()
    }
    expect(sent.length).toBeLessThan(40)
  })

  it('sends, repairs and greets though the clock is set back by an hour', async () => {
    const { sync, clock, sent, reach } = syncOf({ peers: [] })
    sync.announce(presence)
    await settle()
    sync.handlePeerJoined('you')
    sync.handleMessage({ from: 'you', data: encodeBlock(block(7n, {})) })
    await settle()
    clock.set(clock.now() - 3_600_000)
    sent.length = 0
    clock.advance(20)
    await settle()
    expect(sent.map(({ index }) => index)).toEqual([8n])
    clock.advance(30)
    await settle()
    expect(sent).toHaveLength(2)
    reach(['you'])
    clock.advance(1_000)
    await settle()
    expect(sent.length).toBeGreaterThan(3)
    sync.handleMessage({ from: 'you', data: encodeBlock(block(20n, {})) })
    clock.set(clock.now() - 3_600_000)
    clock.advance(5_000)
    sync.handleMessage({ from: 'you', data: encodeBlock(block(40n, {})) })
    clock.advance(20)
    await settle()
    expect(sent.at(-1)?.index).toBe(41n)
  })

  it('greets a peer that has joined, and again until it can be reached', async () => {
    const { sync, clock, sent, reach } = syncOf({ peers: [] })
    sync.announce(presence)
    await settle()
    sent.length = 0
    sync.handlePeerJoined('you')
    await settle()
    clock.advance(50)
    await settle()
    expect(sent).toHaveLength(2)
    reach(['you'])
    clock.advance(100)
    await settle()
    expect(sent).toHaveLength(3)
    clock.advance(400)
    await settle()
    expect(sent).toHaveLength(3)
  })

  it('shows blocks that lose against ours: they may say something that is said only once', () => {
    const { sync, seen } = syncOf()
    for (let round = 0; round < 5; round++) sync.announce({ ...presence, value: round })
    sync.handleMessage({ from: 'you', data: encodeBlock(block(1n, { pairing: { you: '"ok"' } })) })
    expect(seen.map(({ storage }) => entryValue(lookUp(storage, 'pairing', 'you')))).toEqual(['ok'])
  })

  it('drops garbage, counts it and goes on', async () => {
    const { sync, rejected, sent, clock } = syncOf()
    for (const data of [Buffer.from('x'), Buffer.alloc(0), encodeBlock(block(2n ** 63n, {}))])
      sync.handleMessage({ from: 'evil', data })
    expect(rejected).toEqual(['evil', 'evil', 'evil'])
    sync.announce(presence)
    clock.advance(100)
    await settle()
    expect(has(sent.at(-1), 'presence', 'me')).toBe(true)
  })

  it('starts over when others have filled the ledger until nothing more fits', async () => {
    const { sync, clock, sent, failures } = syncOf({ limit: 2_000 })
    sync.announce(presence)
    const noise = Array.from({ length: 400 }, (_, at) => [`key ${at}`, JSON.stringify(Math.sin(at))])
    sync.handleMessage({ from: 'evil', data: encodeBlock(block(9n, { junk: Object.fromEntries(noise) })) })
    clock.advance(20)
    await settle()
    expect(failures).toEqual([])
    expect(sent.at(-1)?.index).toBeGreaterThan(9n)
    expect([...(sent.at(-1)?.storage.keys() ?? [])]).toEqual(['presence'])
  })

  it('says so when what it has to say is itself too large', async () => {
    const { sync, failures } = syncOf({ limit: 10 })
    sync.announce(presence)
    await settle()
    expect(failures).toMatchObject([{ code: 'ledger/too-large' }])
  })

  it('is silent when it is closed', async () => {
    const { sync, clock, sent, reach } = syncOf({ peers: [] })
    sync.announce(presence)
    sync.handlePeerJoined('you')
    await settle()
    sync.close()
    reach(['you'])
    const before = sent.length
    clock.advance(100_000)
    await settle()
    expect(sent).toHaveLength(before)
  })
})
