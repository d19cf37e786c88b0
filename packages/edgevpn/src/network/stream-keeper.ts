import type { Connection, PeerId, Stream, Topology } from '@libp2p/interface'
import type { Clock } from './clock.js'

export interface StreamKeeperInit {
  /** gossipsub's protocols. */
  readonly protocols: readonly string[]
  readonly connectionsTo: (peer: PeerId) => readonly Connection[]
  /** Lets gossipsub open its stream to a peer, if it has none. */
  readonly openStream: (peer: PeerId, connection: Connection) => void
  readonly clock: Clock
  /** The stream to a peer ended and is being opened again: what was sent last may not have arrived. */
  readonly onRenewed: (peerId: string) => void
}

/**
 * Keeps gossipsub's streams to the peers of the room open.
 *
 * gossipsub has one stream to each peer, opened for a new connection, or when the peer opens one and there is none yet. So
 * it stays without one when the stream ends and the connection does not: the peer closed one of two connections (hole
 * punching closes the relayed one), or reset the stream. Go's nodes do so at each rotation: a new gossipsub takes the place of
 * the old one on the same connection and opens a stream of its own, and nobody reads from the stream to the old one.
 */
export interface StreamKeeper {
  /** Looks after the stream to a peer from now on, until its last connection has closed. */
  keep(peer: PeerId): void
  /** Call when a peer may have opened a stream or disconnected. */
  look(): void
  close(): void
}

/** Time between two looks, in milliseconds. Most of what they find has been seen before, by its event. */
const LOOK_MS = 1_000
/** Wait after a stream has ended, in milliseconds: mostly its connection is closing too, and nothing is to be done. */
const SETTLE_MS = 50
/** Least time between two streams to one peer, in milliseconds. It doubles for one whose streams keep ending. */
const FIRST_PAUSE_MS = 1_000
const LAST_PAUSE_MS = 8_000
/** A quiet time after which the next pause is a first one again. */
const PAUSE_MEMORY_MS = 10_000
/** Time for what is on its way to leave before a stream is given up, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000

interface Kept {
  readonly peer: PeerId
  outbound: Stream | undefined
  readonly inbound: WeakSet<Stream>
  pauseMs: number
  /** A stream was opened, by us or by gossipsub itself, so short ago that it would be too early for another. */
  pausing: boolean
  /** A stream is being closed, and gossipsub has not let go of it yet. */
  givingUp: boolean
  cancelSettling: () => void
  cancelPause: () => void
  cancelForgetting: () => void
}

export function openStreamKeeper(init: StreamKeeperInit): StreamKeeper {
  const { clock } = init
  const everyone = new Map<string, Kept>()
  let cancelLook = () => {}

  function look(kept: Kept) {
    const all = init.connectionsTo(kept.peer)
    if (all.length === 0) return forget(kept)
    // As long as one is closing, the peer counts as connected: nobody would say when it comes back by another one.
    const connections = all.filter(({ status }) => status === 'open')
    if (connections.length === 0) return
    const streams = connections
      .flatMap((connection) => connection.streams)
      .filter(({ protocol, status }) => init.protocols.includes(protocol) && status === 'open')
    const startedOver = noteInbound(kept, streams)
    const outbound = streams.find(
      ({ direction, writeStatus }) => direction === 'outbound' && writeStatus === 'writable',
    )
    if (outbound) watch(kept, outbound)
    if (kept.pausing || kept.givingUp) return
    if (!outbound) open(kept, connections)
    else if (startedOver) void giveUp(kept, outbound)
  }

  /** True when the peer has opened a stream anew: what reads from ours may have been replaced too. */
  function noteInbound({ inbound }: Kept, streams: readonly Stream[]): boolean {
    const fresh = streams.filter((stream) => stream.direction === 'inbound' && !inbound.has(stream))
    for (const stream of fresh) inbound.add(stream)
    return fresh.length > 0
  }

  function watch(kept: Kept, outbound: Stream) {
    if (kept.outbound === outbound) return
    kept.outbound = outbound
    const onClose = () => {
      if (everyone.get(kept.peer.toString()) === kept) kept.cancelSettling = clock.after(SETTLE_MS, () => look(kept))
    }
    outbound.addEventListener('close', onClose, { once: true })
  }

  function open(kept: Kept, connections: readonly Connection[]) {
    pause(kept)
    // One of them may be closing just now; a relayed one has limits, and closes when there is a direct one.
    const isRelayed = ({ limits }: Connection) => limits !== undefined
    for (const connection of connections.toSorted((one, other) => +isRelayed(one) - +isRelayed(other))) {
      init.openStream(kept.peer, connection)
    }
    init.onRenewed(kept.peer.toString())
  }

  function pause(kept: Kept) {
    kept.cancelForgetting()
    kept.cancelForgetting = clock.after(PAUSE_MEMORY_MS, () => {
      kept.pauseMs = FIRST_PAUSE_MS
    })
    kept.pausing = true
    kept.cancelPause = clock.after(kept.pauseMs, () => {
      kept.pausing = false
      look(kept)
    })
    kept.pauseMs = Math.min(kept.pauseMs * 2, LAST_PAUSE_MS)
  }

  function forget(kept: Kept) {
    everyone.delete(kept.peer.toString())
    kept.cancelSettling()
    kept.cancelPause()
    kept.cancelForgetting()
  }

  function lookAtEveryone() {
    for (const kept of everyone.values()) look(kept)
  }

  function scheduleLook() {
    cancelLook = clock.after(LOOK_MS, () => {
      lookAtEveryone()
      scheduleLook()
    })
  }

  scheduleLook()

  return {
    keep(peer) {
      if (everyone.has(peer.toString())) return
      const kept: Kept = {
        peer,
        outbound: undefined,
        inbound: new WeakSet(),
        pauseMs: FIRST_PAUSE_MS,
        pausing: false,
        givingUp: false,
        cancelSettling: () => {},
        cancelPause: () => {},
        cancelForgetting: () => {},
      }
      everyone.set(peer.toString(), kept)
      // gossipsub may be opening the first stream just now.
      pause(kept)
      look(kept)
    },

    look: lookAtEveryone,

    close() {
      cancelLook()
      for (const kept of everyone.values()) forget(kept)
    },
  }
}

/** Ends a stream so that gossipsub lets go of it: it waits until both ends have closed, but the other one may not. */
async function giveUp(kept: Kept, stream: Stream): Promise<void> {
  kept.givingUp = true
  await stream.close({ signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS) }).catch(() => {})
  kept.givingUp = false
  stream.abort(new Error('the peer has started over: nobody reads from this stream'))
}

/** The part of libp2p's registrar that knows whom to tell of connections. */
interface Registrar {
  getTopologies(protocol: string): readonly Topology[]
}

/** Lets gossipsub open its streams, as a service of a libp2p node. */
export interface StreamOpener {
  /** Tells gossipsub of a connection as if it were new, which makes it open the stream that it lacks. */
  open(protocol: string, peer: PeerId, connection: Connection): void
}

export function streamOpener() {
  return ({ registrar }: { registrar: Registrar }): StreamOpener => ({
    open(protocol, peer, connection) {
      for (const topology of registrar.getTopologies(protocol)) void topology.onConnect?.(peer, connection)
    },
  })
}
