import { KairosError } from '@kairos-sdk/core'
import type { Clock } from '../clock.js'
import type { Endpoint } from '../datagram-socket.js'

export interface RequestLedgerInit {
  readonly clock: Clock
  readonly maxTransfers: number
  readonly maxTransfersPerClient: number
}

/** A request that may be served. */
export interface Admission {
  /** Fires when it is to stop, with the reason. */
  readonly signal: AbortSignal
  /** Has to be called when it is over. */
  close(finished: boolean): void
}

/** Which requests are being served, so that none is twice and no client takes all. */
export interface RequestLedger {
  /** Decides about a request; `duplicate` is one that came again, and to which nothing is answered. */
  admit(client: Endpoint, request: Uint8Array): Admission | 'duplicate' | 'busy'
  /** Admits no more, stops those that are not closed within `graceMs`, and waits for that. */
  stop(reason: KairosError, graceMs: number): Promise<void>
  /** Requests that are being served. */
  readonly size: number
}

interface Entry {
  readonly request: Buffer
  readonly aborting: AbortController
  readonly closed: Promise<void>
}

/** A copy of a request may come late, after the transfer; a client that means it will ask once more. */
const LATE_MS = 1_000

export function createRequestLedger({ clock, maxTransfers, maxTransfersPerClient }: RequestLedgerInit): RequestLedger {
  const entries = new Map<string, Entry>()
  const finished = new Map<string, Buffer>()
  const perClient = new Map<string, number>()
  let stopping = false
  let size = 0

  function count(address: string, change: 1 | -1): void {
    size += change
    const now = (perClient.get(address) ?? 0) + change
    if (now === 0) perClient.delete(address)
    else perClient.set(address, now)
  }

  return {
    get size() {
      return size
    },
    admit(client, bytes) {
      if (stopping) return 'duplicate'
      const key = `${client.address}:${client.port}`
      const request = Buffer.from(bytes)
      const current = entries.get(key)
      if (current?.request.equals(request) || finished.get(key)?.equals(request)) return 'duplicate'
      // Some ROMs use one port for all their requests: another one means that they care no more for the former.
      current?.aborting.abort(new KairosError('tftp/client-error', 'The client asked for another file.'))
      if (size >= maxTransfers || (perClient.get(client.address) ?? 0) >= maxTransfersPerClient) return 'busy'

      const { promise: closed, resolve } = Promise.withResolvers<void>()
      const entry = { request, aborting: new AbortController(), closed }
      entries.set(key, entry)
      count(client.address, 1)
      return {
        signal: entry.aborting.signal,
        close(isFinished) {
          count(client.address, -1)
          if (entries.get(key) === entry) entries.delete(key)
          if (isFinished && !stopping) remember(key, request)
          resolve()
        },
      }
    },
    async stop(reason, graceMs) {
      stopping = true
      const all = [...entries.values()]
      const abort = () => {
        for (const { aborting } of all) aborting.abort(reason)
      }
      if (graceMs <= 0) abort()
      const cancel = clock.after(graceMs, abort)
      await Promise.all(all.map(({ closed }) => closed))
      cancel()
      finished.clear()
      stopping = false
    },
  }

  function remember(key: string, request: Buffer): void {
    finished.set(key, request)
    clock.after(LATE_MS, () => {
      if (finished.get(key) === request) finished.delete(key)
    })
  }
}
