import { describe, expect, it } from 'vitest'
import { Photometric, rowPainterFor } from './tiff-colours.js'

const painted = (layout: Partial<Parameters<typeof rowPainterFor>[0]>, ...row: number[]) => {
  const all = { bits: 8, samples: 1, photometric: Photometric.blackIsZero, colorMap: [], ...layout }
  const data = new Uint8Array((4 * row.length) / all.samples)
  rowPainterFor(all)(Uint16Array.from(row), data, 0)
  return [...data]
}

describe('rowPainterFor', () => {
  it('stretches samples of any size over all shades', () => {
    expect(painted({ bits: 1 }, 0, 1)).toEqual([0, 0, 0, 255, 255, 255, 255, 255])
    expect(painted({ bits: 4, photometric: Photometric.whiteIsZero }, 3)).toEqual([204, 204, 204, 255])
    expect(painted({ bits: 16 }, 0x8080, 0xffff)).toEqual([128, 128, 128, 255, 255, 255, 255, 255])
  })

  it('takes a sample after the colours for opacity, and passes over further ones', () => {
    expect(painted({ samples: 2 }, 10, 20)).toEqual([10, 10, 10, 20])
    expect(painted({ samples: 3, photometric: Photometric.rgb }, 1, 2, 3)).toEqual([1, 2, 3, 255])
    expect(painted({ samples: 5, photometric: Photometric.rgb }, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0)).toEqual([
      1, 2, 3, 4, 6, 7, 8, 9,
    ])
  })

  it('looks colours up in a palette, with the high byte of each', () => {
    const colorMap = [0x1100, 0x22ff, 0x3300, 0x44ff, 0x5500, 0x66ff]
    expect(painted({ bits: 1, photometric: Photometric.palette, colorMap }, 1, 0)).toEqual([
      0x22, 0x44, 0x66, 255, 0x11, 0x33, 0x55, 255,
    ])
  })

  it('takes the light of inks away from white', () => {
    expect(painted({ samples: 4, photometric: Photometric.cmyk }, 0, 255, 51, 51)).toEqual([204, 0, 163, 255])
    expect(painted({ samples: 5, photometric: Photometric.cmyk }, 0, 0, 0, 255, 7)).toEqual([0, 0, 0, 7])
  })
})
