import { setImmediate } from 'node:timers/promises'

/** Number of mutations that a fuzz test tries: a quick share in `npm test`, a million in `npm run fuzz`. */
export const FUZZ_RUNS = Number(process.env.FUZZ_RUNS ?? 20_000)

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x22, 0x2d, 0x3a, 0x5b, 0x7b, 0x7d]

/** A damaged copy: bits turned, bytes replaced, pieces cut out, doubled, moved or filled with noise. One to four damages. */
export function mutate(original: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit)
  let bytes: Uint8Array = Uint8Array.from(original)
  for (let damages = 1 + below(4); damages > 0; damages--) {
    const at = below(bytes.length + 1)
    const length = below(Math.min(32, bytes.length - at + 1))
    const before = bytes.subarray(0, at)
    const piece = bytes.subarray(at, at + length)
    const after = bytes.subarray(at + length)
    switch (below(6)) {
      case 0:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8))
        break
      case 1:
        if (at < bytes.length) bytes[at] = INTERESTING[below(INTERESTING.length)] ?? 0
        break
      case 2:
        bytes = Buffer.concat([before, after])
        break
      case 3:
        bytes = Buffer.concat([before, piece, piece, after])
        break
      case 4:
        bytes = Buffer.concat([before, Uint8Array.from({ length }, () => below(256)), after])
        break
      default:
        bytes = bytes.subarray(0, at)
    }
  }
  return bytes
}

/**
 * Runs a target on damaged copies of originals. It may refuse them with an error that `isExpected` knows; any other error
 * is thrown with what is needed to see it again.
 *
 * @returns how many were refused
 */
export async function fuzz(
  originals: readonly Uint8Array[],
  target: (input: Uint8Array) => unknown,
  isExpected: (error: unknown) => boolean,
  { runs = FUZZ_RUNS, seed = 1 } = {},
): Promise<number> {
  const random = seededRandom(seed)
  let refused = 0
  for (let run = 0; run < runs; run++) {
    // Memory outside of JavaScript's heap is only given back between two turns of the event loop.
    if (run % 1_000 === 0) await setImmediate()
    const input = mutate(originals[run % originals.length] ?? new Uint8Array(), random)
    try {
      target(input)
    } catch (error) {
      if (!isExpected(error)) {
        throw new Error(`Run ${run} of seed ${seed} broke on ${Buffer.from(input).toString('base64')}`, {
          cause: error,
        })
      }
      refused++
    }
  }
  return refused
}
