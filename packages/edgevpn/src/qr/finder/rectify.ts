import { createRaster, type Raster } from '../raster.js'
import type { CodeLocation } from './locate-codes.js'

const MODULE_PIXELS = 4
const QUIET_MODULES = 4
/** The middle of a finder pattern is this far from the sides of the code. */
const PATTERN_MIDDLE = 3.5
/** Each pixel of the result is the average of 2 × 2 rays. */
const RAYS = [0.25, 0.75] as const

/**
 * Draws the code anew as a decoder likes it: upright, dark on light, square modules of 4 pixels, a quiet zone around it.
 * The three finder patterns fix an affine map; what perspective there is beyond it is left to the decoder, which looks
 * for the alignment patterns.
 *
 * @param modules - modules along a side, 17 + 4 × version
 */
export function rectify(picture: Raster, location: CodeLocation, modules: number): Raster {
  const { topLeft, topRight, bottomLeft } = location
  const span = modules - 2 * PATTERN_MIDDLE
  const acrossX = (topRight.x - topLeft.x) / span
  const acrossY = (topRight.y - topLeft.y) / span
  const downX = (bottomLeft.x - topLeft.x) / span
  const downY = (bottomLeft.y - topLeft.y) / span
  const side = (modules + 2 * QUIET_MODULES) * MODULE_PIXELS
  const result = createRaster(side, side)
  result.grey.fill(255)
  const margin = QUIET_MODULES * MODULE_PIXELS
  for (let y = 0; y < modules * MODULE_PIXELS; y++) {
    for (let x = 0; x < modules * MODULE_PIXELS; x++) {
      let sum = 0
      for (const rayY of RAYS) {
        for (const rayX of RAYS) {
          const across = (x + rayX) / MODULE_PIXELS - PATTERN_MIDDLE
          const down = (y + rayY) / MODULE_PIXELS - PATTERN_MIDDLE
          const sourceX = topLeft.x + across * acrossX + down * downX
          const sourceY = topLeft.y + across * acrossY + down * downY
          sum += shadeAt(picture, sourceX - 0.5, sourceY - 0.5)
        }
      }
      const shade = sum / (RAYS.length * RAYS.length)
      result.grey[(y + margin) * side + x + margin] = location.isDark ? shade : 255 - shade
    }
  }
  return result
}

/** Between pixels: bilinear; beyond the edge: what is at the edge. */
function shadeAt({ width, height, grey }: Raster, x: number, y: number): number {
  const inX = Math.max(0, Math.min(width - 1, x))
  const inY = Math.max(0, Math.min(height - 1, y))
  const left = Math.floor(inX)
  const top = Math.floor(inY)
  const right = Math.min(width - 1, left + 1)
  const bottom = Math.min(height - 1, top + 1)
  const across = inX - left
  const down = inY - top
  const upper = (grey[top * width + left] as number) * (1 - across) + (grey[top * width + right] as number) * across
  const lower =
    (grey[bottom * width + left] as number) * (1 - across) + (grey[bottom * width + right] as number) * across
  return upper * (1 - down) + lower * down
}
