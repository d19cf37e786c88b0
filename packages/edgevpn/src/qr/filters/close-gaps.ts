import { createRaster, type Raster } from '../raster.js'

/**
 * Morphological closing in the vertical: dark (or light) lines of up to 2 × `reach` pixels between light (or dark) areas
 * vanish, everything else keeps its size. It mends a code whose rows of text have gaps between them, as fonts leave them.
 */
export function closeGaps(picture: Raster, gaps: 'dark' | 'light', reach: number): Raster {
  return gaps === 'dark'
    ? extremeOfColumns(extremeOfColumns(picture, reach, Math.max), reach, Math.min)
    : extremeOfColumns(extremeOfColumns(picture, reach, Math.min), reach, Math.max)
}

/** The lightest (or darkest) pixel within `reach` above and below each pixel. */
function extremeOfColumns(picture: Raster, reach: number, choose: (a: number, b: number) => number): Raster {
  const { width, height } = picture
  const result = createRaster(width, height)
  for (let y = 0; y < height; y++) {
    const row = result.grey.subarray(y * width, (y + 1) * width)
    const top = Math.max(0, y - reach)
    row.set(picture.grey.subarray(top * width, (top + 1) * width))
    for (let near = top + 1; near <= Math.min(height - 1, y + reach); near++) {
      for (let x = 0, from = near * width; x < width; x++, from++) {
        row[x] = choose(row[x] as number, picture.grey[from] as number)
      }
    }
  }
  return result
}
