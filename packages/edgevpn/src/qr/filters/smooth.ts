import { createRaster, type Raster } from '../raster.js'

/**
 * The average of the pixels around each pixel, in a box that reaches `across` pixels to each side and `down` pixels up
 * and down. A running sum makes the time independent of the size of the box.
 */
export function boxBlur(picture: Raster, across: number, down: number): Raster {
  return blurColumns(blurRows(picture, across), down)
}

function blurRows(picture: Raster, reach: number): Raster {
  if (reach === 0) return picture
  const { width, height, grey } = picture
  const result = createRaster(width, height)
  const last = width - 1
  for (let y = 0; y < height; y++) {
    const row = y * width
    let sum = 0
    for (let x = -reach; x <= reach; x++) sum += grey[row + Math.max(0, Math.min(last, x))] as number
    for (let x = 0; x < width; x++) {
      result.grey[row + x] = sum / (2 * reach + 1)
      sum += (grey[row + Math.min(last, x + reach + 1)] as number) - (grey[row + Math.max(0, x - reach)] as number)
    }
  }
  return result
}

function blurColumns(picture: Raster, reach: number): Raster {
  if (reach === 0) return picture
  const { width, height, grey } = picture
  const result = createRaster(width, height)
  const last = height - 1
  const sums = new Int32Array(width)
  for (let y = -reach; y <= reach; y++) {
    const row = Math.max(0, Math.min(last, y)) * width
    for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + (grey[row + x] as number)
  }
  for (let y = 0; y < height; y++) {
    const entering = Math.min(last, y + reach + 1) * width
    const leaving = Math.max(0, y - reach) * width
    for (let x = 0; x < width; x++) {
      const sum = sums[x] as number
      result.grey[y * width + x] = sum / (2 * reach + 1)
      sums[x] = sum + (grey[entering + x] as number) - (grey[leaving + x] as number)
    }
  }
  return result
}

/** Undoes some of a blur: what differs from its surroundings is made to differ `strength` times more. */
export function sharpen(picture: Raster, reach: number, strength: number): Raster {
  const smooth = boxBlur(boxBlur(picture, reach, reach), reach, reach)
  const result = createRaster(picture.width, picture.height)
  for (let at = 0; at < result.grey.length; at++) {
    const shade = picture.grey[at] as number
    const sharper = shade + strength * (shade - (smooth.grey[at] as number))
    result.grey[at] = Math.max(0, Math.min(255, sharper))
  }
  return result
}
