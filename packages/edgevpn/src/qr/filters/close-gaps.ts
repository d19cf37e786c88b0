import { createRaster, type Raster } from '../raster.js'

/** The colour of the gaps. */
export type GapColour = 'dark' | 'light'

/**
 * Morphological closing in the vertical: dark (or light) lines of up to 2 × `reach` pixels between light (or dark) areas
 * vanish, everything else keeps its size. It mends a code whose rows of text have gaps between them, as fonts leave them.
 */
export function closeRowGaps(picture: Raster, colour: GapColour, reach: number): Raster {
  const isDark = colour === 'dark'
  return extremeOfColumns(extremeOfColumns(picture, reach, isDark), reach, !isDark)
}

/** The same in both directions, for a picture that is turned. Thin things of the code itself suffer from it. */
export function closeGaps(picture: Raster, colour: GapColour, reach: number): Raster {
  const isDark = colour === 'dark'
  const wider = extremeOfColumns(extremeOfRows(picture, reach, isDark), reach, isDark)
  return extremeOfColumns(extremeOfRows(wider, reach, !isDark), reach, !isDark)
}

/** The lightest (or darkest) pixel within `reach` above and below each pixel. */
function extremeOfColumns(picture: Raster, reach: number, lightest: boolean): Raster {
  const { width, height, grey } = picture
  const result = createRaster(width, height)
  result.grey.set(grey)
  for (let y = 0; y < height; y++) {
    for (let near = Math.max(0, y - reach); near <= Math.min(height - 1, y + reach); near++) {
      if (near !== y) mergeRow(result.grey, y * width, grey, near * width, width, lightest)
    }
  }
  return result
}

/** The lightest (or darkest) pixel within `reach` to the left and right of each pixel. */
function extremeOfRows(picture: Raster, reach: number, lightest: boolean): Raster {
  const { width, height, grey } = picture
  const result = createRaster(width, height)
  result.grey.set(grey)
  for (let y = 0; y < height; y++) {
    for (let by = 1; by <= Math.min(reach, width - 1); by++) {
      mergeRow(result.grey, y * width + by, grey, y * width, width - by, lightest)
      mergeRow(result.grey, y * width, grey, y * width + by, width - by, lightest)
    }
  }
  return result
}

/** Makes each of `count` pixels from `to` on as light (or dark) as its counterpart from `from` on, if that is more so. */
function mergeRow(
  target: Uint8Array,
  to: number,
  source: Uint8Array,
  from: number,
  count: number,
  lightest: boolean,
): void {
  for (let at = 0; at < count; at++) {
    const shade = source[from + at] as number
    const isMore = lightest ? shade > (target[to + at] as number) : shade < (target[to + at] as number)
    if (isMore) target[to + at] = shade
  }
}
