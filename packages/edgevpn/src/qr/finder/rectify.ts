import { createRaster, type Raster } from '../raster.js'
import type { Grid } from './grid.js'

const MODULE_PIXELS = 4
const QUIET_MODULES = 4
/** Each pixel of the result is the average of 2 × 2 rays. */
const RAYS = 2

/**
 * Draws the code anew as a decoder likes it: upright, dark on light, square modules of 4 pixels, a quiet zone around it.
 *
 * @param isDark - false for an inverted code
 */
export function rectify(picture: Raster, grid: Grid, isDark: boolean): Raster {
  const side = (grid.modules + 2 * QUIET_MODULES) * MODULE_PIXELS
  const result = createRaster(side, side)
  result.grey.fill(255)
  const margin = QUIET_MODULES * MODULE_PIXELS
  const inner = grid.modules * MODULE_PIXELS
  for (let y = 0; y < inner; y++) {
    for (let x = 0, to = (y + margin) * side + margin; x < inner; x++, to++) {
      let sum = 0
      for (let ray = 0; ray < RAYS * RAYS; ray++) {
        const across = (x + ((ray % RAYS) + 0.5) / RAYS) / MODULE_PIXELS
        const down = (y + ((ray >> 1) + 0.5) / RAYS) / MODULE_PIXELS
        const depth = 1 + across * grid.bendAcross + down * grid.bendDown
        const sourceX = (grid.originX + across * grid.acrossX + down * grid.downX) / depth
        const sourceY = (grid.originY + across * grid.acrossY + down * grid.downY) / depth
        sum += shadeAt(picture, sourceX - 0.5, sourceY - 0.5)
      }
      const shade = sum / (RAYS * RAYS)
      result.grey[to] = isDark ? shade : 255 - shade
    }
  }
  return result
}

/** Between pixels: bilinear; beyond the edge: what is at the edge. */
function shadeAt({ width, height, grey }: Raster, x: number, y: number): number {
  const inX = Math.max(0, Math.min(width - 1, x))
  const inY = Math.max(0, Math.min(height - 1, y))
  const left = inX | 0
  const top = inY | 0
  const right = left + 1 < width ? left + 1 : left
  const below = top + 1 < height ? width : 0
  const across = inX - left
  const down = inY - top
  const row = top * width
  const upper = (grey[row + left] as number) * (1 - across) + (grey[row + right] as number) * across
  const lower = (grey[row + below + left] as number) * (1 - across) + (grey[row + below + right] as number) * across
  return upper * (1 - down) + lower * down
}
