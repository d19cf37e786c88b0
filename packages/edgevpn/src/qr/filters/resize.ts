import { createRaster, type Raster } from '../raster.js'

/** Weights of bilinear interpolation are kept in 256ths, so that all of it is integer arithmetic. */
const ONE = 256

/** Enlarges by `factor`, but to no more than `maxPixels`; nothing where that would be no enlargement worth its time. */
export function enlarge(picture: Raster, factor: number, maxPixels: number): Raster | undefined {
  const by = Math.min(factor, Math.sqrt(maxPixels / picture.grey.length))
  if (by < 1.1) return undefined
  return resizeBilinear(picture, Math.round(picture.width * by), Math.round(picture.height * by))
}

function resizeBilinear(picture: Raster, width: number, height: number): Raster {
  const result = createRaster(width, height)
  const columns = placesOf(width, picture.width)
  const rows = placesOf(height, picture.height)
  const source = picture.grey
  for (let y = 0, at = 0; y < height; y++) {
    const upper = (rows.first[y] as number) * picture.width
    const lower = (rows.second[y] as number) * picture.width
    const down = rows.weight[y] as number
    for (let x = 0; x < width; x++, at++) {
      const left = columns.first[x] as number
      const right = columns.second[x] as number
      const across = columns.weight[x] as number
      const top = (source[upper + left] as number) * (ONE - across) + (source[upper + right] as number) * across
      const bottom = (source[lower + left] as number) * (ONE - across) + (source[lower + right] as number) * across
      result.grey[at] = (top * (ONE - down) + bottom * down) >> 16
    }
  }
  return result
}

/** For each place along one side of the result: the two places of the source around it, and the weight of the second. */
function placesOf(length: number, sourceLength: number) {
  const first = new Int32Array(length)
  const second = new Int32Array(length)
  const weight = new Int32Array(length)
  for (let at = 0; at < length; at++) {
    const exact = Math.max(0, Math.min(sourceLength - 1, ((at + 0.5) * sourceLength) / length - 0.5))
    const whole = Math.floor(exact)
    first[at] = whole
    second[at] = Math.min(sourceLength - 1, whole + 1)
    weight[at] = Math.floor((exact - whole) * ONE)
  }
  return { first, second, weight }
}

/** Makes one pixel of each `factor` × `factor` block, their average; a rest at the right and bottom is dropped. */
export function reduce(picture: Raster, factor: number): Raster | undefined {
  const width = Math.floor(picture.width / factor)
  const height = Math.floor(picture.height / factor)
  if (width < 1 || height < 1) return undefined
  const result = createRaster(width, height)
  const sums = new Uint32Array(width)
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    for (let row = y * factor; row < (y + 1) * factor; row++) {
      for (let x = 0, from = row * picture.width; x < width; x++) {
        let sum = 0
        for (let step = 0; step < factor; step++) sum += picture.grey[from++] as number
        sums[x] = (sums[x] as number) + sum
      }
    }
    for (let x = 0; x < width; x++) result.grey[y * width + x] = (sums[x] as number) / (factor * factor)
  }
  return result
}
