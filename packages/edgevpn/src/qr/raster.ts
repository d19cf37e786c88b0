/** A picture in shades of grey: one byte for each pixel, 0 black, 255 white, rows from top to bottom without padding. */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly grey: Uint8Array
}

/** A black raster of this size. */
export function createRaster(width: number, height: number): Raster {
  return { width, height, grey: new Uint8Array(width * height) }
}
