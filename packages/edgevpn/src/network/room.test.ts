import { generateToken, type KairosError, NEVER_ROTATE, rotatingKeysAt, seal, type Token } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { encodeEnvelope } from './envelope.js'
import { fakeClock } from './fake-clock.js'
import { openRoom, type RoomMessage } from './room.js'

const START = 1_700_000_010_000

/** A gossipsub for several rooms: what one publishes the others in the topic get. */
function hub() {
  const members = new Map<
    string,
    { topics: Set<string>; deliver(topic: string, from: string, data: Uint8Array): void; look(): void }
  >()
  const look = () => {
    for (const member of members.values()) member.look()
  }

  function join(id: string, token: Token, clock = fakeClock(START)) {
    const messages: string[] = []
    const events: string[] = []
    const rejected: KairosError[] = []
    const topics = new Set<string>()
    const changes: string[] = []
    const room = openRoom({
      token,
      clock,
      pubsub: {
        subscribe: (topic) => {
          topics.add(topic)
          changes.push(`+${topic}`)
        },
        unsubscribe: (topic) => {
          topics.delete(topic)
          changes.push(`-${topic}`)
        },
        getSubscribers: (topic) =>
          [...members].filter(([other, { topics }]) => other !== id && topics.has(topic)).map(([other]) => other),
        publish: async (topic, data) => {
          const recipients = [...members].filter(([other, { topics }]) => other !== id && topics.has(topic))
          for (const [, member] of recipients) member.deliver(topic, id, data)
          return { recipients: recipients.map(([other]) => other) }
        },
      },
      onMessage: ({ from, data }: RoomMessage) => messages.push(`${from}: ${Buffer.from(data)}`),
      onPeerJoined: (peer) => events.push(`+${peer}`),
      onPeerLeft: (peer) => events.push(`-${peer}`),
      onRejected: (_from, error) => rejected.push(error),
    })
    members.set(id, {
      topics,
      deliver: (topic, from, data) => room.handleMessage(topic, from, data),
      look: () => room.handlePeersChanged(),
    })
    look()
    return { room, clock, topics, messages, events, rejected, changes }
  }
  return { join, look }
}

describe('openRoom', () => {
  it('stays in one topic with a token that never rotates', () => {
    const token = generateToken({ interval: NEVER_ROTATE })
    const { topics } = hub().join('a', token)
    expect([...topics]).toEqual([rotatingKeysAt(token, 0).roomTopic])
  })

  it('moves on at the very moment of a rotation, and keeps the period before and after', () => {
    const token = generateToken({ interval: 30n })
    const { topics, clock, changes } = hub().join('a', token)
    const topicAt = (offset: number) => rotatingKeysAt(token, START / 1000 + offset).roomTopic
    expect(topics).toEqual(new Set([topicAt(0), topicAt(-30), topicAt(30)]))
    changes.length = 0
    clock.advance(29_999)
    expect(changes).toEqual([])
    clock.advance(1)
    expect(changes).toEqual([`+${topicAt(60)}`, `-${topicAt(-30)}`])
    clock.advance(90_000)
    expect(topics).toEqual(new Set([topicAt(120), topicAt(90), topicAt(150)]))
  })

  it.each([
    ['forward', 3_600_000],
    ['back', -3_600_000],
  ])('follows a clock that is set %s within a second, and moves on from there', (_where, jump) => {
    const token = generateToken({ interval: 30n })
    const { topics, clock } = hub().join('a', token)
    const topicAt = (offset: number) => rotatingKeysAt(token, (START + jump) / 1000 + offset).roomTopic
    clock.set(START + jump)
    clock.advance(1_000)
    expect(topics).toEqual(new Set([topicAt(0), topicAt(-30), topicAt(30)]))
    clock.advance(29_000)
    expect(topics).toEqual(new Set([topicAt(30), topicAt(0), topicAt(60)]))
  })

  it('hears and is heard over a rotation that the other has not seen yet', async () => {
    const token = generateToken({ interval: 30n })
    const { join, look } = hub()
    const ahead = join('ahead', token, fakeClock(START + 29_000))
    const behind = join('behind', token)
    ahead.clock.advance(2_000)
    look()
    await ahead.room.publish(Buffer.from('from ahead'))
    await behind.room.publish(Buffer.from('from behind'))
    expect(new Set(behind.messages)).toEqual(new Set(['ahead: from ahead']))
    expect(new Set(ahead.messages)).toEqual(new Set(['behind: from behind']))
    expect([...ahead.rejected, ...behind.rejected]).toEqual([])
  })

  it('reads a message that was sealed just before a rotation and arrives after it', () => {
    const token = generateToken({ interval: 30n })
    const { room, clock, messages } = hub().join('a', token)
    const old = rotatingKeysAt(token, START / 1000)
    clock.advance(30_000)
    const now = rotatingKeysAt(token, START / 1000 + 30)
    room.handleMessage(old.roomTopic, 'x', encodeEnvelope(seal(Buffer.from('late'), old.sealKey)))
    room.handleMessage(now.roomTopic, 'x', encodeEnvelope(seal(Buffer.from('mixed'), old.sealKey)))
    expect(messages).toEqual(['x: late', 'x: mixed'])
  })

  it('drops what is not of the room and goes on', async () => {
    const token = generateToken({ interval: NEVER_ROTATE })
    const { join } = hub()
    const a = join('a', token)
    const b = join('b', token)
    const topic = [...a.topics][0] ?? ''
    a.room.handleMessage(topic, 'x', Buffer.from('garbage'))
    a.room.handleMessage(topic, 'x', encodeEnvelope(seal(Buffer.from('x'), 'f'.repeat(32))))
    a.room.handleMessage('another topic', 'x', Buffer.from('garbage'))
    expect(a.rejected.map(({ code }) => code)).toEqual(['ledger/invalid-block', 'seal/not-ours'])
    expect(await b.room.publish(Buffer.from('hello'))).toEqual(new Set(['a']))
    expect(a.messages).toEqual(['b: hello'])
  })

  it('tells who comes and goes, once each, though a peer is in several topics', () => {
    const token = generateToken({ interval: 30n })
    const { join, look } = hub()
    const a = join('a', token)
    const b = join('b', token)
    expect(a.events).toEqual(['+b'])
    expect(a.room.peers).toEqual(['b'])
    b.room.close()
    look()
    expect(a.events).toEqual(['+b', '-b'])
  })

  it('sends nothing larger than the token allows', async () => {
    const token = generateToken({ maxMessageSize: 4_096 })
    const { room } = hub().join('a', token)
    await expect(room.publish(new Uint8Array(2_000))).rejects.toMatchObject({ code: 'ledger/too-large' })
    await expect(room.publish(new Uint8Array(1_000))).resolves.toEqual(new Set())
  })
})
