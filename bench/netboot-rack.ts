import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import {
  clientSystemArchitecture,
  decodePacket,
  emptyPacket,
  encodePacket,
  MessageType,
  messageType,
  Op,
  option,
  userClass,
} from '@kairos-sdk/netboot/dhcp'

const MACHINES = 1_000
const WITHIN_MS = 1_000
const PATIENCE_MS = 2_000

/**
 * A rack whose machines all power on within a second: a DHCPDISCOVER of each arrives by a relay, which is how they reach a
 * server on loopback, and is waited for.
 */
export async function measureRack({ port, relayPort }: { readonly port: number; readonly relayPort: number }) {
  const sentMs = new Map<number, number>()
  const latencies = new Map<number, number>()
  const { promise: allAnswered, resolve } = Promise.withResolvers<void>()
  const relay = createSocket({ type: 'udp4', recvBufferSize: 4 * 2 ** 20 })
  relay.on('message', (bytes) => {
    const { xid } = decodePacket(bytes)
    if (!latencies.has(xid)) latencies.set(xid, performance.now() - (sentMs.get(xid) ?? Number.NaN))
    if (latencies.size === MACHINES) resolve()
  })
  relay.bind(relayPort, '127.0.0.1')
  await once(relay, 'listening')
  const requests = Array.from({ length: MACHINES }, (_, index) =>
    encodePacket(
      emptyPacket({
        op: Op.request,
        xid: index + 1,
        giaddr: '127.0.0.1',
        chaddr: Uint8Array.of(0x52, 0x54, 0, 1, index >> 8, index & 255),
        options: new Map([
          option(messageType, MessageType.discover),
          option(clientSystemArchitecture, [0]),
          option(userClass, ['iPXE']),
        ]),
      }),
    ),
  )
  const startedMs = performance.now()
  for (const [index, request] of requests.entries()) {
    const due = startedMs + (index * WITHIN_MS) / MACHINES
    while (performance.now() < due) await setTimeout(1)
    sentMs.set(index + 1, performance.now())
    relay.send(request, port, '127.0.0.1')
  }
  const patience = new AbortController()
  await Promise.race([allAnswered, setTimeout(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {})])
  patience.abort()
  relay.close()
  const sorted = [...latencies.values()].sort((a, b) => a - b)
  const quantile = (share: number) => sorted[Math.floor(MACHINES * share) - 1] ?? Number.POSITIVE_INFINITY
  return { answered: sorted.length, p50: quantile(0.5), p99: quantile(0.99) }
}
