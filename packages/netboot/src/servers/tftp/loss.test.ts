import { describe, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import { fakeClock } from '../fake-clock.js'
import { type Fate, fakeNetwork } from '../fake-network.js'
import { download } from './fake-client.js'
import type { TftpEvent } from './tftp-events.js'
import { createTftpServer } from './tftp-server.js'

const server = { address: '10.0.0.1', port: 69 }

/** Numbers from 0 to 1, the same in each run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Loses a fifth of all packets, doubles a fifth, and holds a fifth back until others have overtaken it. */
function badNetwork(seed: number): Fate {
  const random = randomNumbers(seed)
  return () => {
    if (random() < 0.2) return []
    const delay = () => 1 + random() + (random() < 0.2 ? 5 + 30 * random() : 0)
    return random() < 0.2 ? [delay(), delay()] : [delay()]
  }
}

const cases = [1, 2, 3].flatMap((seed) =>
  [
    { windowsize: 1, blksize: 512 },
    { windowsize: 1, blksize: 1_432 },
    { windowsize: 4, blksize: 512 },
    { windowsize: 16, blksize: 1_432 },
    { windowsize: 64, blksize: 1_432 },
  ].map((options) => ({ seed, ...options })),
)

describe('a network that loses, doubles and reorders a fifth of all packets each', () => {
  it.each(cases)('gets the file through, whole and once: $seed, window $windowsize of $blksize', async (options) => {
    const { seed, windowsize, blksize } = options
    const clock = fakeClock()
    const network = fakeNetwork(clock, badNetwork(seed))
    const file = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31 + (index >> 8)) % 256))
    const events: TftpEvent[] = []
    const tftp = createTftpServer({
      resolve: () => memorySource('ipxe.efi', file),
      openSocket: network.host(server.address).openSocket,
      clock,
    })
    tftp.on((event) => events.push(event))
    await tftp.start()
    let content: Buffer | undefined
    let failure: unknown
    download({
      openSocket: network.host('10.0.0.99').openSocket,
      clock,
      server,
      name: 'ipxe.efi',
      options: new Map([
        ['blksize', `${blksize}`],
        ['windowsize', `${windowsize}`],
        ['tsize', '0'],
      ]),
    }).then(
      (result) => {
        content = result.content
      },
      (error: unknown) => {
        failure = error
      },
    )
    // Until nothing is left to happen: the transfer over on both sides, and its socket closed.
    do await new Promise(setImmediate)
    while (clock.step())
    expect(failure).toBeUndefined()
    expect(content?.equals(file)).toBe(true)
    expect(events.map(({ type }) => type)).toEqual(['started', 'sent'])
    expect(tftp.active).toBe(0)
  })
})
