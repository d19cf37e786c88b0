import { dhtPeriodAt, dhtRendezvousAt, type Token } from '@kairos-sdk/core'
import type { ContentRouting, PeerInfo } from '@libp2p/interface'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import type { Clock } from './clock.js'

export interface RendezvousInit {
  readonly token: Token
  readonly contentRouting: ContentRouting
  readonly clock: Clock
  /** A peer that announced itself under the token's rendezvous. */
  readonly onPeer: (peer: PeerInfo) => void
  readonly log: (message: string) => void
}

export interface Rendezvous {
  /** The DHT has become reachable: announce and look now rather than at the next turn. */
  hurry(): void
  close(): void
}

/** Time between two turns, in milliseconds: short at first, when both sides have just started, then longer. */
const FIRST_INTERVAL_MS = 2_000
const LAST_INTERVAL_MS = 15_000
/** A walk through the public DHT takes up to a minute; a longer one found nobody. */
const TURN_TIMEOUT_MS = 60_000

/** The content id under which peers of a rendezvous meet: CIDv1, raw, sha2-256 of the text. */
export async function rendezvousCid(rendezvous: string): Promise<CID> {
  return CID.createV1(raw.code, await sha256.digest(new TextEncoder().encode(rendezvous)))
}

/**
 * Meets peers in the DHT: announces this node under the token's rendezvous and dials who else did, again and again. As in Go the
 * rendezvous of the period before is used too, so that peers on two sides of a rotation find each other.
 */
export function openRendezvous(init: RendezvousInit): Rendezvous {
  const { token, contentRouting, clock } = init
  const stopped = new AbortController()
  let intervalMs = FIRST_INTERVAL_MS
  let cancelNext = () => {}
  let running = false

  async function turn() {
    cancelNext()
    if (running || stopped.signal.aborted) return
    running = true
    await Promise.all(rendezvousNow().map(meet))
    running = false
    if (stopped.signal.aborted) return
    cancelNext = clock.after(intervalMs, turn)
    intervalMs = Math.min(intervalMs * 1.5, LAST_INTERVAL_MS)
  }

  function rendezvousNow(): string[] {
    const now = clock.now() / 1000
    const period = dhtPeriodAt(token, now)
    const interval = Number(token.dht?.interval ?? 0n)
    const both = [dhtRendezvousAt(token, now)]
    if (period?.endsAt !== undefined && now >= interval) both.push(dhtRendezvousAt(token, now - interval))
    return both
  }

  async function meet(rendezvous: string) {
    const cid = await rendezvousCid(rendezvous)
    const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(TURN_TIMEOUT_MS)])
    // Side by side: an announcement visits twenty nodes and must not hold up the search.
    await Promise.all([
      attempt('announce', () => contentRouting.provide(cid, { signal })),
      attempt('look', async () => {
        for await (const peer of contentRouting.findProviders(cid, { signal })) init.onPeer(peer)
      }),
    ])
  }

  async function attempt(what: string, run: () => Promise<void>) {
    try {
      await run()
    } catch (error) {
      if (!stopped.signal.aborted) init.log(`DHT: could not ${what}: ${error instanceof Error ? error.message : error}`)
    }
  }

  cancelNext = clock.after(FIRST_INTERVAL_MS, turn)

  return {
    hurry() {
      intervalMs = FIRST_INTERVAL_MS
      void turn()
    },
    close() {
      stopped.abort()
      cancelNext()
    },
  }
}
