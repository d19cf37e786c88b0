import { KairosError } from '@kairos-sdk/core'
import { type Announcement, type Block, decodeBlock, encodeBlock, Ledger } from '../ledger/index.js'
import type { Clock, RoomMessage } from '../network/index.js'

export interface LedgerSyncInit {
  /** Largest block that is unpacked, in bytes. */
  readonly maxBytes: number
  readonly clock: Clock
  /** Sends to everybody in the room and tells who it was handed to. */
  readonly publish: (data: Uint8Array) => Promise<ReadonlySet<string>>
  /** Every block that arrives, also one that loses against ours: what it says may be said only once. */
  readonly onBlock: (block: Block, from: string) => void
  /** What we announced went out to these peers. */
  readonly onSent: (peers: ReadonlySet<string>) => void
  /** A message was dropped. */
  readonly onRejected: (from: string, error: KairosError) => void
  /** What we announce cannot be sent, whatever we do. */
  readonly onFailed: (error: unknown) => void
  /** A number from 0 to 1. Default Math.random. */
  readonly random?: () => number
}

/** Keeps our ledger and those of the others the same, and our values in them. */
export interface LedgerSync {
  /** Puts values into the ledger, and again whenever another block drops or changes them. */
  announce(...announcements: readonly Announcement[]): void
  handleMessage(message: RoomMessage): void
  /** A peer came, or the way to it was cut and is being opened again: it is sent what we have. */
  handlePeerJoined(peerId: string): void
  close(): void
}

/** Time between two broadcasts of a ledger that does not change, in milliseconds: first and longest. Go has 5 s and 10 s. */
const FIRST_BROADCAST_MS = 1_000
const LAST_BROADCAST_MS = 10_000
/** Wait before what another block dropped is written again, in milliseconds. It doubles as long as somebody keeps dropping it. */
const FIRST_REPAIR_MS = 20
const LAST_REPAIR_MS = 3_000
/** A quiet time after which the next repair is a first one again. */
const REPAIR_MEMORY_MS = 5_000
/** A peer's stream may open a moment after it was seen in the room. */
const JOIN_RETRIES_MS = [50, 100, 200, 400, 800]

export function openLedgerSync(init: LedgerSyncInit): LedgerSync {
  const { clock } = init
  const random = init.random ?? Math.random
  const ledger = new Ledger({ now: () => clock.now() })
  const announcements = new Map<string, Announcement>()
  let encoded: { block: Block; data: Uint8Array } | undefined
  let broadcastMs = FIRST_BROADCAST_MS
  let nextRepairMs = FIRST_REPAIR_MS
  let cancelBroadcast = () => {}
  let cancelRepair: (() => void) | undefined
  let cancelForgetting = () => {}
  const cancelRetries = new Set<() => void>()
  let closed = false

  function encodeLast(): Uint8Array {
    if (encoded?.block !== ledger.last) encoded = { block: ledger.last, data: encodeBlock(ledger.last) }
    return encoded.data
  }

  /** Sends our last block. A ledger that others have filled beyond the token's limit is started over with our values. */
  async function broadcast(): Promise<ReadonlySet<string>> {
    if (closed) return new Set()
    try {
      const peers = await publishLast()
      if (peers.size > 0) init.onSent(peers)
      return peers
    } catch (error) {
      if (!closed) init.onFailed(error)
      return new Set()
    }
  }

  async function publishLast() {
    try {
      return await init.publish(encodeLast())
    } catch (error) {
      if (!KairosError.is(error, 'ledger/too-large')) throw error
      ledger.startOver(announcements.values())
      return await init.publish(encodeLast())
    }
  }

  function scheduleBroadcast() {
    cancelBroadcast()
    const wait = broadcastMs * (0.5 + random())
    cancelBroadcast = clock.after(wait, () => {
      broadcastMs = Math.min(broadcastMs * 2, LAST_BROADCAST_MS)
      void broadcast()
      scheduleBroadcast()
    })
  }

  function writeMissing() {
    if (!ledger.announce(announcements.values())) return
    broadcastMs = FIRST_BROADCAST_MS
    void broadcast()
    scheduleBroadcast()
  }

  function scheduleRepair() {
    if (cancelRepair) return
    cancelForgetting()
    cancelForgetting = clock.after(REPAIR_MEMORY_MS, () => {
      nextRepairMs = FIRST_REPAIR_MS
    })
    // Two that repair at the same moment would drop each other's values again.
    cancelRepair = clock.after(nextRepairMs * random(), () => {
      cancelRepair = undefined
      writeMissing()
    })
    nextRepairMs = Math.min(nextRepairMs * 2, LAST_REPAIR_MS)
  }

  async function greet(peerId: string, retries: readonly number[]) {
    const peers = await broadcast()
    const [wait, ...rest] = retries
    if (closed || peers.has(peerId) || wait === undefined) return
    const cancel = clock.after(wait, () => {
      cancelRetries.delete(cancel)
      void greet(peerId, rest)
    })
    cancelRetries.add(cancel)
  }

  scheduleBroadcast()

  return {
    announce(...wanted) {
      for (const one of wanted) announcements.set(JSON.stringify([one.bucket, one.key]), one)
      writeMissing()
    },

    handleMessage({ from, data }) {
      let block: Block
      try {
        block = decodeBlock(data, init.maxBytes)
      } catch (error) {
        if (!KairosError.is(error)) throw error
        init.onRejected(from, error)
        return
      }
      // First, so that what it makes us announce is written on top of it.
      const changed = ledger.receive(block)
      init.onBlock(block, from)
      if (!closed && changed) scheduleRepair()
    },

    handlePeerJoined(peerId) {
      void greet(peerId, JOIN_RETRIES_MS)
    },

    close() {
      closed = true
      cancelBroadcast()
      cancelRepair?.()
      cancelForgetting()
      for (const cancel of cancelRetries) cancel()
    },
  }
}
