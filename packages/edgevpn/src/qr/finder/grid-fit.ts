import type { Raster } from '../raster.js'
import type { Grid } from './grid.js'

/**
 * How well a grid agrees with what every code has: the outer rings of its finder patterns, the light lines that part
 * them from the data, and the timing patterns (ISO/IEC 18004, sections 6.3.3 to 6.3.5). About 0.5 where there is noise,
 * somewhat more where only the number of modules is wrong, close to 1 where all is right. It looks at some 250 pixels, where drawing the
 * code anew and decoding it takes ten milliseconds.
 *
 * @param picture - black and white only
 * @param isDark - false for an inverted code
 */
export function fitOf(picture: Raster, grid: Grid, isDark: boolean): number {
  const last = grid.modules - 1
  let right = 0
  let all = 0
  const expect = (column: number, row: number, dark: boolean) => {
    all++
    if (isDarkAt(picture, grid, column + 0.5, row + 0.5) === (dark === isDark)) right++
  }
  for (const [cornerX, cornerY] of [
    [0, 0],
    [last, 0],
    [0, last],
  ] as const) {
    const inwardX = cornerX === 0 ? 1 : -1
    const inwardY = cornerY === 0 ? 1 : -1
    for (let at = 0; at < 7; at++) {
      expect(cornerX + at * inwardX, cornerY, true)
      expect(cornerX + at * inwardX, cornerY + 6 * inwardY, true)
      expect(cornerX, cornerY + at * inwardY, true)
      expect(cornerX + 6 * inwardX, cornerY + at * inwardY, true)
      expect(cornerX + at * inwardX, cornerY + 7 * inwardY, false)
      expect(cornerX + 7 * inwardX, cornerY + at * inwardY, false)
    }
  }
  for (let at = 8; at <= last - 8; at++) {
    expect(at, 6, at % 2 === 0)
    expect(6, at, at % 2 === 0)
  }
  return right / all
}

/** Undefined, which is neither, beyond the edge. */
function isDarkAt({ width, height, grey }: Raster, grid: Grid, across: number, down: number): boolean | undefined {
  const depth = 1 + across * grid.bendAcross + down * grid.bendDown
  const x = Math.floor((grid.originX + across * grid.acrossX + down * grid.downX) / depth)
  const y = Math.floor((grid.originY + across * grid.acrossY + down * grid.downY) / depth)
  if (x < 0 || y < 0 || x >= width || y >= height) return undefined
  return grey[y * width + x] === 0
}
