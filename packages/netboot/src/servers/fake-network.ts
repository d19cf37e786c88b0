import { KairosError } from '@kairos-sdk/core'
import type { Clock } from './clock.js'
import type { DatagramSocket, DatagramSocketOptions, Endpoint, OpenDatagramSocket } from './datagram-socket.js'

/** When copies of a datagram arrive, in milliseconds from now: `[]` loses it, `[0, 5]` doubles it. */
export type Fate = (bytes: Uint8Array, from: Endpoint, to: Endpoint) => readonly number[]

/** A network in memory, for tests: one segment, on which every host hears every broadcast. */
export interface FakeNetwork {
  /** A host with these addresses. */
  host(...addresses: string[]): FakeHost
}

export interface FakeHost {
  readonly openSocket: OpenDatagramSocket
  /** Where its open sockets are bound. */
  readonly sockets: readonly Endpoint[]
}

interface Bound {
  readonly options: DatagramSocketOptions
  readonly local: Endpoint
}

const BROADCAST = '255.255.255.255'
const ANY = '0.0.0.0'
const FIRST_EPHEMERAL_PORT = 40_000

/**
 * @param clock - carries out deliveries; without one they follow at once, after the code that runs
 */
export function fakeNetwork(clock?: Clock, fate: Fate = () => [0]): FakeNetwork {
  const hosts: { readonly addresses: readonly string[]; readonly sockets: Set<Bound> }[] = []
  let nextPort = FIRST_EPHEMERAL_PORT

  function deliver(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    for (const { addresses, sockets } of hosts) {
      for (const bound of receivers(sockets, addresses, from, to)) bound.options.onMessage(bytes, from)
    }
  }

  function carry(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    // A copy, as a sender may use its buffer again.
    const copy = Uint8Array.from(bytes)
    for (const delayMs of fate(copy, from, to)) {
      if (clock) clock.after(delayMs, () => deliver(copy, from, to))
      else queueMicrotask(() => deliver(copy, from, to))
    }
  }

  return {
    host(...addresses) {
      const sockets = new Set<Bound>()
      hosts.push({ addresses, sockets })
      const openSocket: OpenDatagramSocket = async (options) => {
        const port = options.port || nextPort++
        const address = options.peer && options.address === ANY ? (addresses[0] ?? ANY) : options.address
        const taken = [...sockets].some(
          ({ local, options: other }) =>
            local.port === port && !(options.reuse && other.reuse) && overlap(local, options),
        )
        if (taken) throw new KairosError('network/address-in-use', `Cannot open UDP port ${port} of ${options.address}`)
        const bound = { options, local: { address, port } }
        sockets.add(bound)
        const from = { address: address === ANY || address === BROADCAST ? (addresses[0] ?? ANY) : address, port }
        return {
          local: bound.local,
          send: (bytes, to) => {
            if (sockets.has(bound)) carry(bytes, from, options.peer ?? to)
          },
          close: () => void sockets.delete(bound),
        } satisfies DatagramSocket
      }
      return {
        openSocket,
        get sockets() {
          return [...sockets].map(({ local }) => local)
        },
      }
    },
  }
}

function overlap(a: Endpoint, b: Endpoint): boolean {
  return a.address === ANY || b.address === ANY || a.address === b.address
}

/** All sockets for a broadcast; the best match for anything else. */
function receivers(sockets: ReadonlySet<Bound>, addresses: readonly string[], from: Endpoint, to: Endpoint): Bound[] {
  const open = [...sockets].filter(({ local, options: { peer } }) => {
    return local.port === to.port && (!peer || (peer.address === from.address && peer.port === from.port))
  })
  if (to.address === BROADCAST) return open.filter(({ local }) => local.address === ANY || local.address === BROADCAST)
  if (!addresses.includes(to.address)) return []
  const match =
    open.find(({ local }) => local.address === to.address) ?? open.find(({ local }) => local.address === ANY)
  return match ? [match] : []
}
