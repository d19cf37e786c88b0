import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfAborted } from '@kairos-sdk/core'
import { type LadderStep, QUICK_STEPS, SECOND_LOOK, THOROUGH_STEPS } from './ladder.js'
import type { Raster } from './raster.js'
import { readPicture } from './read-picture.js'

/** How hard to look: `quick` takes two looks, `thorough` three, and then one after the other until a code is found. */
export type DecodeEffort = 'quick' | 'thorough'

export interface DecodeQrCodesOptions {
  /** Default `thorough`. */
  readonly effort?: DecodeEffort | undefined
  /** What to call the picture in messages: a file name, say. Default "The picture". */
  readonly name?: string | undefined
  /** Stops between two looks. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads the QR codes in a picture of any size: PNG, JPEG, GIF, BMP, TIFF, WebP, PBM, PGM or PPM, plain or gzipped.
 * Codes may be anywhere, turned by any angle, light on dark, blurred, faint, or drawn by a terminal.
 *
 * Looks in one way after the other, the ways that cost least first, and after the first three stops when something was
 * found; so a second code that is much harder to read than the first can be missed.
 *
 * @returns the distinct texts; none when there is no code that can be read
 * @throws KairosError `qr/not-a-picture`, `input/too-large` (more than 100 megapixels), `aborted`
 */
export async function decodeQrCodes(picture: Uint8Array, options: DecodeQrCodesOptions = {}): Promise<string[]> {
  const frames = await readPicture(picture, options)
  const { texts } = await lookAtFrames(frames, options)
  return texts
}

export interface Look {
  /** Distinct texts. */
  readonly texts: string[]
  /** In how many ways the picture was looked at. */
  readonly ways: number
}

/**
 * Climbs the ladder until `isEnough` says yes. Each frame of an animation gets the quick looks, the first and the last
 * one get the others too.
 *
 * @param isEnough - told all texts that were found so far. Default: one text is enough.
 */
export async function lookAtFrames(
  frames: readonly Raster[],
  options: DecodeQrCodesOptions,
  isEnough: (texts: readonly string[]) => boolean = (texts) => texts.length > 0,
): Promise<Look> {
  const texts = new Set<string>()
  let ways = 0
  const climb = async ({ look }: LadderStep, rasters: readonly Raster[]) => {
    let applies = false
    for (const raster of rasters) {
      throwIfAborted(options.signal, `Looking for QR codes in ${options.name ?? 'the picture'}`)
      const found = await look(raster)
      if (found !== undefined) applies = true
      for (const text of found ?? []) texts.add(text)
      // A look computes without a pause; between two of them the rest of the program gets its turn.
      await nextTurn()
    }
    if (applies) ways++
    return isEnough([...texts])
  }
  // Some looks are always taken: with several codes in the picture one of them may see what another misses.
  for (const step of QUICK_STEPS) await climb(step, frames)
  if (options.effort === 'quick') return { texts: [...texts], ways }
  if (await climb(SECOND_LOOK, frames)) return { texts: [...texts], ways }
  const ends = frames.length > 1 ? [...frames.slice(0, 1), ...frames.slice(-1)] : frames
  for (const step of THOROUGH_STEPS) if (await climb(step, ends)) break
  return { texts: [...texts], ways }
}
