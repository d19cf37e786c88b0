import { type Token, throwIfAborted } from '@kairos-sdk/core'
import type { Announcement, Block } from '../ledger/index.js'
import { openNetwork, systemClock } from '../network/index.js'
import { type LedgerSync, openLedgerSync } from './ledger-sync.js'
import type { PairingOptions, PairingPhase } from './options.js'
import { PRESENCE_BUCKET } from './payload.js'

const DEFAULT_TIMEOUT_MS = 600_000

/** What a side of the pairing does with what happens; see `send` and `receive`. */
export interface Session<Result> {
  readonly peerId: string
  announce(...announcements: readonly Announcement[]): void
  progress(phase: PairingPhase, message: string, subject?: string): void
  finish(result: Result): void
  elapsedMs(): number
  /** Calls after so many milliseconds, unless the session has ended by then. */
  after(delayMs: number, run: () => void): void
}

export interface SessionHandlers<Result> {
  /** What is being done, to begin messages with: `Pairing`. */
  readonly doing: string
  readonly onStarted: (session: Session<Result>) => void
  readonly onBlock: (session: Session<Result>, block: Block, from: string) => void
  readonly onSent?: (session: Session<Result>, peers: ReadonlySet<string>) => void
  readonly onPeerJoined?: (session: Session<Result>, peerId: string) => void
  readonly onPeerLeft?: (session: Session<Result>, peerId: string) => void
  /** The time is over: gives what there is, or throws. `seen` tells whether any peer was in the room. */
  readonly onTimeout: (timeoutMs: number, seen: boolean) => Result
}

/**
 * Joins the network, announces that we are here and runs the handlers until one of them finishes, the time is over or the
 * caller cancels. The network is left in every case.
 */
export async function runSession<Result>(
  token: Token,
  options: PairingOptions,
  handlers: SessionHandlers<Result>,
): Promise<Result> {
  const startedAt = performance.now()
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const network = options.network ?? {}
  const clock = network.clock ?? systemClock
  const cancelTimers: (() => void)[] = []
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  // Something may fail while the network is still starting, before anybody waits for the result.
  promise.catch(() => {})
  let seen = false
  /** What happens before the session exists is kept for it. */
  const early: (() => void)[] = []
  let session: Session<Result> | undefined
  let sync: LedgerSync | undefined

  /** A mistake in a handler or in the caller's onProgress ends the session; it must not vanish in an event listener. */
  const guarded = (run: (session: Session<Result>) => void) => {
    if (!session) return void early.push(() => guarded(run))
    try {
      run(session)
    } catch (error) {
      reject(error)
    }
  }

  const progress: Session<Result>['progress'] = (phase, message, subject) =>
    options.onProgress?.({
      phase,
      message,
      elapsedMs: performance.now() - startedAt,
      ...(subject === undefined ? {} : { subject }),
    })

  throwIfAborted(options.signal, handlers.doing)
  progress('starting', 'Starting the peer-to-peer node')
  const onAbort = () => {
    try {
      throwIfAborted(options.signal, handlers.doing)
    } catch (error) {
      reject(error)
    }
  }
  options.signal?.addEventListener('abort', onAbort, { once: true })
  const after = (delayMs: number, run: () => void) => {
    const guardedRun = () => {
      try {
        run()
      } catch (error) {
        reject(error)
      }
    }
    cancelTimers.push(clock.after(delayMs, guardedRun))
  }
  after(timeoutMs, () => resolve(handlers.onTimeout(timeoutMs, seen)))

  try {
    await using node = await openDisposable()
    sync = openLedgerSync({
      maxBytes: token.maxMessageSize,
      clock,
      publish: node.publish,
      onBlock: (block, from) => guarded((session) => handlers.onBlock(session, block, from)),
      onSent: (peers) => guarded((session) => handlers.onSent?.(session, peers)),
      onRejected: (from, error) => network.log?.('debug', `dropped a block of ${from}: ${error.message}`),
      onFailed: reject,
    })
    using _ = { [Symbol.dispose]: sync.close }
    session = {
      peerId: node.peerId,
      announce: sync.announce,
      progress,
      finish: resolve,
      elapsedMs: () => performance.now() - startedAt,
      after,
    }
    guarded((session) => {
      progress('listening', 'Waiting for a machine on the network')
      session.announce({ bucket: PRESENCE_BUCKET, key: session.peerId, value: '' })
      handlers.onStarted(session)
    })
    for (const run of early) run()
    return await promise
  } finally {
    for (const cancel of cancelTimers) cancel()
    options.signal?.removeEventListener('abort', onAbort)
  }

  async function openDisposable() {
    const node = await openNetwork(token, network, {
      onMessage: (message) => guarded(() => sync?.handleMessage(message)),
      onPeerFound: (peer) => guarded(() => progress('peer-found', 'Found a peer, connecting', peer)),
      onPeerJoined: (peer) => {
        seen = true
        guarded((session) => {
          progress('connected', 'Connected to a peer', peer)
          handlers.onPeerJoined?.(session, peer)
          sync?.handlePeerJoined(peer)
        })
      },
      onPeerRenewed: (peer) => guarded(() => sync?.handlePeerJoined(peer)),
      onPeerLeft: (peer) => guarded((session) => handlers.onPeerLeft?.(session, peer)),
    })
    return {
      peerId: node.peerId,
      publish: (data: Uint8Array) => node.publish(data),
      [Symbol.asyncDispose]: () => node.stop(),
    }
  }
}
