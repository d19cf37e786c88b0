import { createRaster, type Raster } from '../raster.js'

/** Applies `change` to each pixel. */
function mapPixels(picture: Raster, change: (grey: number, x: number, y: number) => number): Raster {
  const result = createRaster(picture.width, picture.height)
  for (let y = 0, at = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++, at++) {
      result.grey[at] = Math.max(0, Math.min(255, Math.round(change(picture.grey[at] as number, x, y))))
    }
  }
  return result
}

/** Light becomes dark. */
export function negative(picture: Raster): Raster {
  return mapPixels(picture, (grey) => 255 - grey)
}

/** Squeezes the shades into `darkest` to `lightest`. */
export function fade(picture: Raster, darkest: number, lightest: number): Raster {
  return mapPixels(picture, (grey) => darkest + (grey * (lightest - darkest)) / 255)
}

/** Gaussian-like noise with this standard deviation, in shades. */
export function noise(picture: Raster, random: () => number, deviation: number): Raster {
  // The sum of four uniform numbers has a variance of 4/12.
  const scale = deviation / Math.sqrt(1 / 3)
  return mapPixels(picture, (grey) => grey + scale * (random() + random() + random() + random() - 2))
}

/** The stripes of a monitor seen by a camera. */
export function moire(picture: Raster, strength: number, periodX: number, periodY: number): Raster {
  return mapPixels(picture, (grey, x, y) => {
    const wave = Math.sin((2 * Math.PI * x) / periodX) * Math.sin((2 * Math.PI * y) / periodY)
    return grey * (1 - strength / 2) + (strength / 2) * 255 * wave
  })
}

/** Light that falls off from one corner to the other, down to `least` of it. */
export function shade(picture: Raster, least: number): Raster {
  const diagonal = picture.width + picture.height
  return mapPixels(picture, (grey, x, y) => grey * (1 - ((1 - least) * (x + y)) / diagonal))
}

/** A camera out of focus: `times` passes of a box of 2 × `radius` + 1 pixels. */
export function blur(picture: Raster, radius: number, times = 2): Raster {
  let result = picture
  for (let pass = 0; pass < times; pass++) result = blurRows(blurRows(result, radius, false), radius, true)
  return result
}

function blurRows(picture: Raster, radius: number, columns: boolean): Raster {
  const length = columns ? picture.height : picture.width
  const step = columns ? picture.width : 1
  const lines = columns ? picture.width : picture.height
  const between = columns ? 1 : picture.width
  const result = createRaster(picture.width, picture.height)
  for (let line = 0; line < lines; line++) {
    for (let at = 0; at < length; at++) {
      let sum = 0
      for (let near = at - radius; near <= at + radius; near++) {
        sum += picture.grey[line * between + Math.max(0, Math.min(length - 1, near)) * step] as number
      }
      result.grey[line * between + at * step] = Math.round(sum / (2 * radius + 1))
    }
  }
  return result
}

/** The shade at a place between pixels; `outside` beyond the edge. */
function sample(picture: Raster, x: number, y: number, outside: number): number {
  const left = Math.floor(x)
  const top = Math.floor(y)
  const at = (column: number, row: number) =>
    column < 0 || row < 0 || column >= picture.width || row >= picture.height
      ? outside
      : (picture.grey[row * picture.width + column] as number)
  const right = x - left
  const down = y - top
  return (
    (at(left, top) * (1 - right) + at(left + 1, top) * right) * (1 - down) +
    (at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right) * down
  )
}

/** Each pixel of the result shows `source(x, y)`, seen through `fineness` × `fineness` rays. */
function warp(
  picture: Raster,
  width: number,
  height: number,
  source: (x: number, y: number) => readonly [number, number],
  outside: number,
  fineness: number,
): Raster {
  return mapPixels(createRaster(width, height), (_, x, y) => {
    let sum = 0
    for (let ray = 0; ray < fineness * fineness; ray++) {
      const [fromX, fromY] = source(
        x + ((ray % fineness) + 0.5) / fineness - 0.5,
        y + (Math.floor(ray / fineness) + 0.5) / fineness - 0.5,
      )
      sum += sample(picture, fromX, fromY, outside)
    }
    return sum / (fineness * fineness)
  })
}

/** A scaled window: smooth as a compositor does it, or by the nearest pixel as cheap viewers do. */
export function scale(picture: Raster, byX: number, byY = byX, nearest = false): Raster {
  const width = Math.max(1, Math.round(picture.width * byX))
  const height = Math.max(1, Math.round(picture.height * byY))
  if (nearest) {
    return mapPixels(createRaster(width, height), (_, x, y) => {
      const column = Math.min(picture.width - 1, Math.floor((x + 0.5) / byX))
      const row = Math.min(picture.height - 1, Math.floor((y + 0.5) / byY))
      return picture.grey[row * picture.width + column] as number
    })
  }
  const source = (x: number, y: number) => [(x + 0.5) / byX - 0.5, (y + 0.5) / byY - 0.5] as const
  return warp(picture, width, height, source, 0, Math.max(1, Math.ceil(1 / Math.min(byX, byY)) + 1))
}

/** Turned by this angle about its middle, with room for its corners. */
export function rotate(picture: Raster, degrees: number, outside = 0): Raster {
  const angle = (degrees * Math.PI) / 180
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const width = Math.ceil(Math.abs(picture.width * cos) + Math.abs(picture.height * sin))
  const height = Math.ceil(Math.abs(picture.width * sin) + Math.abs(picture.height * cos))
  const source = (x: number, y: number) => {
    const right = x - (width - 1) / 2
    const down = y - (height - 1) / 2
    return [
      right * cos + down * sin + (picture.width - 1) / 2,
      down * cos - right * sin + (picture.height - 1) / 2,
    ] as const
  }
  return warp(picture, width, height, source, outside, 2)
}

/** A monitor photographed from the side: the far edge is smaller by `tiltX` and `tiltY` (0.1 is a tenth), and leans by `skew`. */
export function perspective(picture: Raster, tiltX: number, tiltY: number, skew = 0, outside = 30): Raster {
  const { width, height } = picture
  const source = (x: number, y: number) => {
    const right = x / width - 0.5
    const down = y / height - 0.5
    const depth = 1 + tiltX * right + tiltY * down
    return [((1.15 * (right + skew * down)) / depth + 0.5) * width, ((1.15 * down) / depth + 0.5) * height] as const
  }
  return warp(picture, width, height, source, outside, 2)
}
