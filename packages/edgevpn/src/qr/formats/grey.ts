import { createRaster, type Raster } from '../raster.js'

/** Four bytes for each pixel: red, green, blue, opacity. */
export interface ColourPicture {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/**
 * The brightness of each pixel (ITU-R BT.601 weights). What is transparent takes the shade that is farther from what
 * is drawn on it: a black code on nothing is read as on white paper, a white one as on black.
 */
export function toGrey({ width, height, data }: ColourPicture): Raster {
  const raster = createRaster(width, height)
  const { grey } = raster
  let isOpaque = true
  let drawn = 0
  let opacity = 0
  for (let at = 0, from = 0; at < grey.length; at++, from += 4) {
    const alpha = data[from + 3] as number
    const shade =
      (306 * (data[from] as number) + 601 * (data[from + 1] as number) + 117 * (data[from + 2] as number) + 512) >> 10
    grey[at] = shade
    if (alpha !== 255) isOpaque = false
    drawn += shade * alpha
    opacity += alpha
  }
  if (isOpaque) return raster
  const background = drawn < 128 * opacity ? 255 : 0
  for (let at = 0, from = 3; at < grey.length; at++, from += 4) {
    const alpha = data[from] as number
    grey[at] = Math.round(((grey[at] as number) * alpha + background * (255 - alpha)) / 255)
  }
  return raster
}
