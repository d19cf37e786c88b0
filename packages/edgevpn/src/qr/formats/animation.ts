import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfAborted } from '@kairos-sdk/core'
import { createRaster, type Raster } from '../raster.js'
import { decodeGif, type Rectangle } from './gif.js'

/** Of a longer animation the first ones are taken, and the last. */
const MAX_FRAMES = 32

export interface ReadAnimationOptions {
  /** What to call the picture in messages. */
  readonly name: string
  /** Pixels of all frames that are held at once. Two frames are held always, the first and the last. */
  readonly maxPixels: number
  /**
   * Pixels to unpack and compare; what comes after them in the file is not looked at. Default 1,000,000,000, and 256 for
   * each byte: no recording of a screen has as many.
   */
  readonly maxWork?: number
  readonly signal: AbortSignal | undefined
}

/**
 * Reads the distinct frames of a GIF picture. Between two frames the rest of the program gets its turn.
 *
 * @returns none when the file has no image in it
 * @throws KairosError `aborted`
 */
export async function readAnimation(bytes: Uint8Array, options: ReadAnimationOptions): Promise<Raster[]> {
  const { name, maxPixels, maxWork = 1_000_000_000 + 256 * bytes.length, signal } = options
  const frames: Raster[] = []
  let latest: Raster | undefined
  let work = 0
  for (const { screen, touched, work: workOfFrame } of decodeGif(bytes)) {
    const last = frames.at(-1)
    const most = Math.max(2, Math.min(MAX_FRAMES, Math.floor(maxPixels / screen.grey.length)))
    if (frames.length === most - 1) latest = screen
    else if (!last || touched.some((place) => differWithin(place, last, screen))) frames.push(copyOf(screen))
    work += workOfFrame
    if (work >= maxWork) break
    await nextTurn()
    throwIfAborted(signal, `Reading ${name}`)
  }
  const last = frames.at(-1)
  if (latest && last && Buffer.compare(last.grey, latest.grey) !== 0) frames.push(latest)
  return frames
}

function copyOf(picture: Raster): Raster {
  const copy = createRaster(picture.width, picture.height)
  copy.grey.set(picture.grey)
  return copy
}

function differWithin({ left, top, width, height }: Rectangle, one: Raster, other: Raster): boolean {
  for (let y = top; y < top + height; y++) {
    const from = y * one.width + left
    if (Buffer.compare(one.grey.subarray(from, from + width), other.grey.subarray(from, from + width)) !== 0)
      return true
  }
  return false
}
