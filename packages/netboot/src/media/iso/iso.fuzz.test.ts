import { KairosError } from '@kairos-sdk/core'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import { openIso } from './open-iso.js'
import { remaster } from './remaster/remaster.js'
import { FIXTURES, fixtureBytes } from './testing/fixtures.js'

/** How many damaged images each fixture becomes. */
const RUNS = Math.ceil(Number(process.env.FUZZ_RUNS ?? 4_500) / FIXTURES.length)
const MAX_ENTRIES = 5000

/** Numbers that look random and are the same each time (mulberry32), so that a failure can be found again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Offsets of bytes that mean something: not the zeros of padding, and not content. */
function metadataOffsets(bytes: Uint8Array): number[] {
  const offsets: number[] = []
  for (let at = 0; at < bytes.length && offsets.length < 40_000; at++) if (bytes[at] !== 0) offsets.push(at)
  return offsets
}

async function use(bytes: Uint8Array, run: number): Promise<void> {
  const source = memorySource('damaged.iso', bytes)
  const image = await openIso(source)
  // Everything is listed each time; what takes longer is done now and then.
  const thorough = run % 10 === 0
  let entries = 0
  for await (const { type, path } of image.walk()) {
    if (++entries > MAX_ENTRIES) break
    if (thorough && type === 'file') await image.open(path)
  }
  if (!thorough) return
  await remaster(source, { files: new Map([['/config.yaml', memorySource('c', 'x')]]) })
}

describe.each(FIXTURES)('%s with damaged metadata', (name) => {
  it('gives a result or a KairosError, never anything else', { timeout: 3_600_000 }, async () => {
    const whole = await fixtureBytes(name)
    const offsets = metadataOffsets(whole)
    const random = randomNumbers(FIXTURES.indexOf(name) + 1)
    const bytes = Uint8Array.from(whole)
    const interesting = [0, 1, 2, 16, 32, 127, 128, 254, 255]
    for (let run = 0; run < RUNS; run++) {
      const changed: number[] = []
      for (let count = 1 + random(4); count > 0; count--) {
        const at = offsets[random(offsets.length)] ?? 0
        changed.push(at)
        bytes[at] = random(2) === 0 ? random(256) : (interesting[random(interesting.length)] ?? 0)
      }
      try {
        await use(bytes, run)
      } catch (error) {
        if (!KairosError.is(error) || error.code === 'internal') {
          throw new Error(`run ${run}, bytes ${changed}`, { cause: error })
        }
      }
      for (const at of changed) bytes[at] = whole[at] ?? 0
    }
    expect(process.memoryUsage().rss).toBeLessThan(1024 ** 3)
  })
})
