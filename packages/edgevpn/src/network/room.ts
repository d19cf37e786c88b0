import { KairosError, type RoomKeys, roomKeysOfPeriod, roomPeriodAt, seal, type Token, unseal } from '@kairos-sdk/core'
import type { Clock } from './clock.js'
import { decodeEnvelope, encodeEnvelope, envelopeSize } from './envelope.js'

/** What a room needs of gossipsub. */
export interface RoomPubSub {
  subscribe(topic: string): void
  unsubscribe(topic: string): void
  publish(topic: string, data: Uint8Array): Promise<{ readonly recipients: readonly { toString(): string }[] }>
  getSubscribers(topic: string): readonly { toString(): string }[]
}

/** A message of somebody who holds the token. */
export interface RoomMessage {
  /** Peer id of who signed it: its author, not who passed it on. */
  readonly from: string
  readonly data: Uint8Array
}

export interface RoomInit {
  readonly token: Token
  readonly pubsub: RoomPubSub
  readonly clock: Clock
  readonly onMessage: (message: RoomMessage) => void
  /** A peer came into the room: it will get what is published from now on. */
  readonly onPeerJoined: (peerId: string) => void
  readonly onPeerLeft: (peerId: string) => void
  /** Something arrived that is not a message of this room, and was dropped. */
  readonly onRejected: (from: string, error: KairosError) => void
}

export interface Room {
  /**
   * Seals a message and sends it to every peer of the room.
   *
   * @returns the peers that it was handed to; one that has just joined, or to which the way is being opened again, may be
   *   missing
   * @throws KairosError `ledger/too-large`
   */
  publish(data: Uint8Array): Promise<ReadonlySet<string>>
  /** Peers that are in the room now. */
  readonly peers: readonly string[]
  /** Feed with gossipsub's messages; those of other topics are ignored. */
  handleMessage(topic: string, from: string, data: Uint8Array): void
  /** Feed with gossipsub's subscription changes and with disconnections: compares who is there with who was. */
  handlePeersChanged(): void
  close(): void
}

/** Bytes that gossipsub and its signature put around a message. */
const PUBSUB_OVERHEAD = 1_024
/** How often the clock is compared with the period, in milliseconds; as often as Go does. */
const CLOCK_LOOK_MS = 1_000

/**
 * The room that a token describes, with its topic and key changing at each rotation.
 *
 * Beside the current period's topic it stays in those of the period before and after, each with its own key. A peer whose
 * clock is behind or ahead by up to one interval, or that has not noticed the rotation yet (Go looks once a second), is
 * still heard and still hears us.
 */
export function openRoom(init: RoomInit): Room {
  const { token, pubsub, clock } = init
  /** By topic. */
  let periods = new Map<string, RoomKeys>()
  let peers = new Set<string>()
  let cancelRotation = () => {}

  function enterCurrentPeriods() {
    const unix = clock.now() / 1000
    const { number, endsAt } = roomPeriodAt(token, unix)
    const wanted = endsAt === undefined ? [number] : [number, number - 1n, number + 1n].filter((period) => period >= 0n)
    const known = new Map([...periods.values()].map((keys) => [keys.roomTopic, keys]))
    const next = new Map<string, RoomKeys>()
    for (const period of wanted) {
      const keys = roomKeysOfPeriod(token, period)
      next.set(keys.roomTopic, known.get(keys.roomTopic) ?? keys)
    }
    for (const topic of next.keys()) if (!periods.has(topic)) pubsub.subscribe(topic)
    for (const topic of periods.keys()) if (!next.has(topic)) pubsub.unsubscribe(topic)
    periods = next
    if (endsAt !== undefined) awaitRotation(number, endsAt)
    handlePeersChanged()
  }

  function awaitRotation(number: bigint, endsAt: number) {
    cancelRotation()
    const cancelEnd = clock.at(endsAt * 1000, enterCurrentPeriods)
    // A clock that is set back leads into an earlier period, and an end to come says nothing of that.
    const cancelLook = clock.after(CLOCK_LOOK_MS, () => {
      if (roomPeriodAt(token, clock.now() / 1000).number === number) awaitRotation(number, endsAt)
      else enterCurrentPeriods()
    })
    cancelRotation = () => {
      cancelEnd()
      cancelLook()
    }
  }

  function handlePeersChanged() {
    const present = new Set<string>()
    for (const topic of periods.keys()) for (const peer of pubsub.getSubscribers(topic)) present.add(peer.toString())
    const before = peers
    peers = present
    for (const peer of before) if (!present.has(peer)) init.onPeerLeft(peer)
    for (const peer of present) if (!before.has(peer)) init.onPeerJoined(peer)
  }

  function open(topic: string, data: Uint8Array): Uint8Array {
    const sealed = decodeEnvelope(data)
    const keys = [periods.get(topic), ...[...periods.values()].filter((keys) => keys.roomTopic !== topic)]
    let refusal: unknown
    for (const key of keys) {
      try {
        if (key) return unseal(sealed, key.sealKey)
      } catch (error) {
        refusal ??= error
      }
    }
    throw refusal
  }

  enterCurrentPeriods()

  return {
    get peers() {
      return [...peers]
    },

    async publish(data) {
      const size = envelopeSize(data.length + 28) + PUBSUB_OVERHEAD
      if (size > token.maxMessageSize) {
        throw new KairosError(
          'ledger/too-large',
          `The token allows messages of ${token.maxMessageSize} bytes; this one needs ${size}.`,
          { hint: 'Make the cloud config smaller, or let the machine make a token with a larger max_message_size.' },
        )
      }
      const occupied = [...periods.values()].filter((keys) => pubsub.getSubscribers(keys.roomTopic).length > 0)
      const results = await Promise.all(
        occupied.map((keys) => pubsub.publish(keys.roomTopic, encodeEnvelope(seal(data, keys.sealKey)))),
      )
      return new Set(results.flatMap(({ recipients }) => recipients.map(String)))
    },

    handleMessage(topic, from, data) {
      if (!periods.has(topic)) return
      let opened: Uint8Array
      try {
        opened = open(topic, data)
      } catch (error) {
        if (!KairosError.is(error)) throw error
        init.onRejected(from, error)
        return
      }
      init.onMessage({ from, data: opened })
    },

    handlePeersChanged,

    close() {
      cancelRotation()
      for (const topic of periods.keys()) pubsub.unsubscribe(topic)
      periods = new Map()
      peers = new Set()
    },
  }
}
