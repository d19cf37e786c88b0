/** What kinds of colour the samples of a TIFF pixel stand for (TIFF 6.0, PhotometricInterpretation). */
export const Photometric = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5 } as const

/** How the pixels of a TIFF picture are made of samples. */
export interface PixelLayout {
  /** Bits of a sample. */
  readonly bits: number
  /** Samples of a pixel; what follows the colours is opacity, if there is anything (section 18). */
  readonly samples: number
  readonly photometric: number
  /** All red, then all green, then all blue shades of a palette, of 16 bits each. */
  readonly colorMap: readonly number[]
}

/** Writes the pixels of a row as red, green, blue and opacity to `data`, from the offset `to` on. */
export type RowPainter = (row: Uint16Array, data: Uint8Array, to: number) => void

/** Chosen once for a picture, with its shades in tables: there may be 100 million pixels to paint. */
export function rowPainterFor(layout: PixelLayout): RowPainter {
  const { bits, samples, photometric } = layout
  const most = (1 << bits) - 1
  const scale = Uint8Array.from({ length: most + 1 }, (_, sample) => (255 * sample) / most)
  if (photometric === Photometric.cmyk) return cmykPainter(scale, samples)
  const isRgb = photometric === Photometric.rgb
  const [red, green, blue] = isRgb ? [scale, scale, scale] : tablesOf(layout, scale)
  const [greenAt, blueAt, opacityAt] = isRgb ? [1, 2, 3] : [0, 0, 1]
  const isOpaque = samples === opacityAt
  return (row, data, start) => {
    for (let at = 0, to = start; at < row.length; at += samples, to += 4) {
      data[to] = red[row[at] as number] as number
      data[to + 1] = green[row[at + greenAt] as number] as number
      data[to + 2] = blue[row[at + blueAt] as number] as number
      data[to + 3] = isOpaque ? 255 : (scale[row[at + opacityAt] as number] as number)
    }
  }
}

/** The shades of red, green and blue that one sample stands for. */
function tablesOf({ photometric, colorMap }: PixelLayout, scale: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  const colours = scale.length
  if (photometric === Photometric.palette) {
    const table = (colour: number) =>
      Uint8Array.from(scale, (_, index) => (colorMap[colour * colours + index] ?? 0) >> 8)
    return [table(0), table(1), table(2)]
  }
  const shades = photometric === Photometric.whiteIsZero ? scale.map((shade) => 255 - shade) : scale
  return [shades, shades, shades]
}

function cmykPainter(scale: Uint8Array, samples: number): RowPainter {
  const isOpaque = samples === 4
  return (row, data, start) => {
    for (let at = 0, to = start; at < row.length; at += samples, to += 4) {
      const light = 255 - (scale[row[at + 3] as number] as number)
      for (let colour = 0; colour < 3; colour++) {
        data[to + colour] = ((255 - (scale[row[at + colour] as number] as number)) * light) / 255
      }
      data[to + 3] = isOpaque ? 255 : (scale[row[at + 4] as number] as number)
    }
  }
}
