import { createRaster, type Raster } from '../raster.js'
import type { Grid } from './grid.js'

const MODULE_PIXELS = 4
const QUIET_MODULES = 4
/** Each pixel of the result is the average of 2 × 2 rays. */
const RAYS = [0.25, 0.75] as const

/**
 * Draws the code anew as a decoder likes it: upright, dark on light, square modules of 4 pixels, a quiet zone around it.
 *
 * @param isDark - false for an inverted code
 */
export function rectify(picture: Raster, { modules, place }: Grid, isDark: boolean): Raster {
  const side = (modules + 2 * QUIET_MODULES) * MODULE_PIXELS
  const result = createRaster(side, side)
  result.grey.fill(255)
  const margin = QUIET_MODULES * MODULE_PIXELS
  for (let y = 0; y < modules * MODULE_PIXELS; y++) {
    for (let x = 0; x < modules * MODULE_PIXELS; x++) {
      let sum = 0
      for (const rayY of RAYS) {
        for (const rayX of RAYS) {
          const [sourceX, sourceY] = place((x + rayX) / MODULE_PIXELS, (y + rayY) / MODULE_PIXELS)
          sum += shadeAt(picture, sourceX - 0.5, sourceY - 0.5)
        }
      }
      const shade = sum / (RAYS.length * RAYS.length)
      result.grey[(y + margin) * side + x + margin] = isDark ? shade : 255 - shade
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
