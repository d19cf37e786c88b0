import { createRaster, type Raster } from '../raster.js'
import { boxBlur } from './smooth.js'

/**
 * Black for what is darker than the average of its surroundings, `reach` pixels to each side; white for the rest.
 *
 * @param margin - how many shades darker it has to be, more than none so that an even area with some noise stays white
 */
export function thresholdLocally(picture: Raster, reach: number, margin = 0): Raster {
  const average = boxBlur(picture, reach, reach)
  const result = createRaster(picture.width, picture.height)
  for (let at = 0; at < result.grey.length; at++) {
    result.grey[at] = (picture.grey[at] as number) > (average.grey[at] as number) - margin ? 255 : 0
  }
  return result
}
