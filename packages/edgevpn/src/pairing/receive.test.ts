import { describe, expect, it } from 'vitest'
import { type Announcement, type Block, type Entry, Ledger } from '../ledger/index.js'
import { fakeClock } from '../network/fake-clock.js'
import type { ReceivedPayload } from './options.js'
import { receiverHandlers } from './receive.js'
import type { Session } from './session.js'

const CONFIG = '#cloud-config\na: 1\n'
/** As Go writes it. */
const PAYLOAD = '{"cc":"#cloud-config\\na: 1\\n","device":"\\u003c"}'

const block = (pairing: Record<string, Entry>): Block => ({
  index: 5n,
  hash: 'f',
  prevHash: '',
  timestamp: '',
  storage: new Map([['pairing', new Map(Object.entries(pairing))]]),
})

/** The machine's side in a session that the test plays. */
function receiving() {
  const clock = fakeClock(1_700_000_000_000)
  const announced: Announcement[] = []
  const results: ReceivedPayload[] = []
  const log: string[] = []
  const session: Session<ReceivedPayload> = {
    peerId: 'me',
    announce: (...announcements) => announced.push(...announcements),
    progress: () => {},
    finish: (result) => results.push(result),
    elapsedMs: () => 7,
    after: (delayMs, run) => void clock.after(delayMs, run),
  }
  const handlers = receiverHandlers((level, message) => log.push(`${level}: ${message}`))
  return {
    clock,
    announced,
    results,
    log,
    handlers,
    arrives: (pairing: Record<string, Entry>, from = 'you') => handlers.onBlock(session, block(pairing), from),
    told: (...peers: string[]) => handlers.onSent?.(session, new Set(peers)),
    joins: (peer: string) => handlers.onPeerJoined?.(session, peer),
    leaves: (peer: string) => handlers.onPeerLeft?.(session, peer),
  }
}

describe('receive', () => {
  it('is done when the sender goes after it was told', () => {
    const { arrives, told, leaves, results } = receiving()
    arrives({ data: PAYLOAD })
    told('somebody else')
    leaves('somebody else')
    told('you')
    expect(results).toEqual([])
    leaves('you')
    expect(results).toMatchObject([{ config: CONFIG, device: '<', elapsedMs: 7 }])
  })

  it('does not take a sender that went and came again for one that knows', () => {
    const { arrives, told, joins, leaves, results } = receiving()
    arrives({ data: PAYLOAD })
    leaves('you')
    joins('you')
    told('you')
    expect(results).toEqual([])
    leaves('you')
    expect(results).toHaveLength(1)
  })

  it('waits 30 seconds for a sender that stays, and no longer', () => {
    const { arrives, told, clock, results } = receiving()
    arrives({ data: PAYLOAD })
    told('you')
    clock.advance(29_999)
    expect(results).toEqual([])
    clock.advance(1)
    expect(results).toHaveLength(1)
  })

  it('confirms the payload that it took, as it was written, and no other one that is written over it', () => {
    const { arrives, announced, results, clock } = receiving()
    arrives({ data: PAYLOAD })
    const ledger = new Ledger()
    ledger.receive(block({ data: '{"cc":"#cloud-config\\nanother: 2\\n"}', me: '"ok"' }))
    const written = ledger.announce(announced)
    expect(written?.storage.get('pairing')).toEqual(
      new Map([
        ['data', PAYLOAD],
        ['me', '"ok"'],
      ]),
    )
    expect(ledger.announce(announced)).toBeUndefined()
    arrives({ data: '{"cc":"#cloud-config\\nanother: 2\\n"}' }, 'another')
    clock.advance(30_000)
    expect(results).toMatchObject([{ config: CONFIG }])
  })

  it('warns once of what is no payload, and says so when nothing else has come', () => {
    const { arrives, log, handlers } = receiving()
    for (let round = 0; round < 5; round++) arrives({ data: '"x"' }, 'vandal')
    arrives({ data: '{"cc":1}' }, 'vandal')
    arrives({ presence: '""' })
    expect(log.filter((line) => line.startsWith('warn'))).toEqual([
      'warn: what vandal sent is not a pairing payload; waiting for another',
    ])
    expect(() => handlers.onTimeout(60_000, true)).toThrow(
      expect.objectContaining({
        code: 'pairing/invalid-payload',
        message: 'What arrived in 60 s is not a pairing payload.',
      }),
    )
  })

  it('takes a payload that comes after something else', () => {
    const { arrives, handlers } = receiving()
    arrives({ data: '"x"' }, 'vandal')
    arrives({ data: PAYLOAD })
    expect(handlers.onTimeout(60_000, true)).toMatchObject({ config: CONFIG })
  })

  it('says that nothing came when nothing came', () => {
    for (const seen of [true, false]) {
      expect(() => receiving().handlers.onTimeout(600_000, seen)).toThrow(
        expect.objectContaining({ code: 'pairing/no-config', message: 'No config arrived in 10 minutes.' }),
      )
    }
  })
})
