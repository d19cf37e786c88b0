import { dhtRendezvousAt, generateToken, NEVER_ROTATE } from '@kairos-sdk/core'
import type { ContentRouting } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { fakeClock } from './fake-clock.js'
import { openRendezvous, rendezvousCid } from './rendezvous.js'

const START = 1_700_000_010_000

/** A DHT in which nobody is; `announcement` waits for the next one that is made in it. */
function emptyDht() {
  let announced = Promise.withResolvers<string>()
  const routing: Pick<ContentRouting, 'provide' | 'findProviders'> = {
    async provide(cid) {
      announced.resolve(cid.toString())
      announced = Promise.withResolvers()
    },
    async *findProviders() {},
  }
  return { contentRouting: routing as ContentRouting, announcement: () => announced.promise }
}

describe('openRendezvous', () => {
  it.each([0, -3_600_000, 3_600_000])('takes its turns though the clock is set by %i ms', async (jump) => {
    const clock = fakeClock(START)
    const { contentRouting, announcement } = emptyDht()
    const token = generateToken({ interval: NEVER_ROTATE })
    const cid = String(await rendezvousCid(dhtRendezvousAt(token, START / 1000)))
    const rendezvous = openRendezvous({ token, contentRouting, clock, onPeer() {}, log() {} })
    clock.set(START + jump)
    const first = announcement()
    clock.advance(2_000)
    expect(await first).toBe(cid)
    // The turn ends, and orders the next one, when what it started has ended.
    await new Promise((resolve) => setImmediate(resolve))
    clock.set(START)
    const second = announcement()
    clock.advance(2_000)
    expect(await second).toBe(cid)
    rendezvous.close()
  })
})
