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
    const row = result.grey.subarray(y * width, (y + 1) * width)
    for (let by = 1; by <= reach; by++) {
      const above = Math.max(0, y - by) * width
      const below = Math.min(height - 1, y + by) * width
      merge(row, grey.subarray(above, above + width), grey.subarray(below, below + width), lightest)
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
    const source = grey.subarray(y * width, (y + 1) * width)
    const row = result.grey.subarray(y * width, (y + 1) * width)
    for (let by = 1; by <= Math.min(reach, width - 1); by++) {
      merge(row.subarray(by), source, source, lightest)
      merge(row.subarray(0, width - by), source.subarray(by), source.subarray(by), lightest)
    }
  }
  return result
}

/** Makes each pixel of `target` as light (or dark) as the one at its place in `one` or `other`, if that is more so. */
function merge(target: Uint8Array, one: Uint8Array, other: Uint8Array, lightest: boolean): void {
  if (lightest) {
    for (let at = 0; at < target.length; at++) {
      const shade = Math.max(one[at] as number, other[at] as number)
      if (shade > (target[at] as number)) target[at] = shade
    }
    return
  }
  for (let at = 0; at < target.length; at++) {
    const shade = Math.min(one[at] as number, other[at] as number)
    if (shade < (target[at] as number)) target[at] = shade
  }
}
