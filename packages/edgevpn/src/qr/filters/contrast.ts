import { createRaster, type Raster } from '../raster.js'
import { boxBlur } from './smooth.js'

/** What differs by less is one shade: stretched, it would only be noise. */
const LEAST_DIFFERENCE = 8

/**
 * Stretches the shades of each neighbourhood (a block of `block` pixels and the eight around it) to full contrast, so
 * that a faint code is as black and white as the rest of the screen.
 */
export function stretchLocally(picture: Raster, block: number): Raster {
  const { width, height, grey } = picture
  const columns = Math.ceil(width / block)
  const rows = Math.ceil(height / block)
  const darkest = new Uint8Array(columns * rows).fill(255)
  const lightest = new Uint8Array(columns * rows)
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / block) * columns
    for (let x = 0; x < width; x++, at++) {
      const cell = row + Math.floor(x / block)
      const shade = grey[at] as number
      if (shade < (darkest[cell] as number)) darkest[cell] = shade
      if (shade > (lightest[cell] as number)) lightest[cell] = shade
    }
  }
  const low = aroundEach(darkest, columns, rows, Math.min)
  const high = aroundEach(lightest, columns, rows, Math.max)
  const result = createRaster(width, height)
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / block) * columns
    for (let x = 0; x < width; x++, at++) {
      const cell = row + Math.floor(x / block)
      const least = low[cell] as number
      const difference = (high[cell] as number) - least
      result.grey[at] = difference < LEAST_DIFFERENCE ? 128 : (((grey[at] as number) - least) * 255) / difference
    }
  }
  return result
}

function aroundEach(values: Uint8Array, columns: number, rows: number, choose: (a: number, b: number) => number) {
  const result = new Uint8Array(values)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let row = Math.max(0, y - 1); row <= Math.min(rows - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(columns - 1, x + 1); column++) {
          const at = y * columns + x
          result[at] = choose(result[at] as number, values[row * columns + column] as number)
        }
      }
    }
  }
  return result
}

/** Black for what is darker than the average of its surroundings, `reach` pixels to each side; white for the rest. */
export function thresholdLocally(picture: Raster, reach: number): Raster {
  const average = boxBlur(picture, reach, reach)
  const result = createRaster(picture.width, picture.height)
  for (let at = 0; at < result.grey.length; at++) {
    result.grey[at] = (picture.grey[at] as number) > (average.grey[at] as number) ? 255 : 0
  }
  return result
}
