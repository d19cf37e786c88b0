import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRaster, type Raster } from '../raster.js'
import { closeGaps, closeRowGaps } from './close-gaps.js'
import { enlarge, reduce } from './resize.js'
import { boxBlur, sharpen } from './smooth.js'
import { thresholdLocally } from './threshold.js'

function raster(width: number, ...grey: readonly number[]): Raster {
  return { width, height: grey.length / width, grey: Uint8Array.from(grey) }
}

const rasters = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([width, height]) =>
    fc.uint8Array({ minLength: width * height, maxLength: width * height }).map((grey) => ({ width, height, grey })),
  )

describe('closeRowGaps', () => {
  it('removes lines of up to twice its reach, and keeps what is thicker', () => {
    const column = [255, 255, 0, 0, 255, 255, 0, 0, 0, 255, 255]
    expect([...closeRowGaps(raster(1, ...column), 'dark', 1).grey]).toEqual([
      255, 255, 255, 255, 255, 255, 0, 0, 0, 255, 255,
    ])
    const negative = column.map((shade) => 255 - shade)
    expect([...closeRowGaps(raster(1, ...negative), 'light', 1).grey]).toEqual([0, 0, 0, 0, 0, 0, 255, 255, 255, 0, 0])
  })

  it('leaves columns as they are, which closeGaps does not', () => {
    const row = raster(5, 255, 255, 0, 255, 255)
    expect([...closeRowGaps(row, 'dark', 1).grey]).toEqual([...row.grey])
    expect([...closeGaps(row, 'dark', 1).grey]).toEqual([255, 255, 255, 255, 255])
  })

  it('makes nothing darker when it closes dark gaps, and changes nothing the second time', () => {
    fc.assert(
      fc.property(rasters, fc.integer({ min: 1, max: 3 }), (picture, reach) => {
        const once = closeRowGaps(picture, 'dark', reach)
        expect(once.grey.every((shade, at) => shade >= (picture.grey[at] as number))).toBe(true)
        expect(closeRowGaps(once, 'dark', reach).grey).toEqual(once.grey)
      }),
    )
  })
})

describe('boxBlur', () => {
  it('averages over the box, and takes what is at the edge for what is beyond', () => {
    expect([...boxBlur(raster(4, 0, 0, 90, 90), 1, 0).grey]).toEqual([0, 30, 60, 90])
    expect([...boxBlur(raster(1, 0, 0, 90, 90), 0, 1).grey]).toEqual([0, 30, 60, 90])
  })

  it('is the plain average for pictures and boxes of any size', () => {
    fc.assert(
      fc.property(rasters, fc.integer({ min: 1, max: 9 }), (picture, reach) => {
        const { width, grey } = boxBlur(picture, reach, 0)
        for (let at = 0; at < grey.length; at++) {
          let sum = 0
          for (let near = (at % width) - reach; near <= (at % width) + reach; near++) {
            sum += picture.grey[at - (at % width) + Math.max(0, Math.min(width - 1, near))] as number
          }
          expect(grey[at]).toBe(Math.floor(sum / (2 * reach + 1)))
        }
      }),
    )
  })
})

describe('sharpen', () => {
  it('makes an edge steeper and leaves an area as it is', () => {
    const edge = [50, 50, 50, 50, 80, 120, 150, 150, 150, 150]
    const sharp = sharpen(raster(10, ...edge), 2, 3).grey
    expect((sharp[5] as number) - (sharp[4] as number)).toBeGreaterThan(2 * 40)
    expect([...sharpen(raster(4, 50, 50, 50, 50), 2, 3).grey]).toEqual([50, 50, 50, 50])
  })
})

describe('resizing', () => {
  it('makes the average of each block one pixel, and drops a rest', () => {
    expect(reduce(raster(3, 10, 20, 99, 30, 40, 99), 2)).toEqual(raster(1, 25))
    expect(reduce(createRaster(1, 5), 2)).toBeUndefined()
  })

  it('enlarges no further than to its limit, and not at all when that is not worth it', () => {
    const picture = createRaster(100, 100)
    expect(enlarge(picture, 2, 1_000_000)).toMatchObject({ width: 200, height: 200 })
    expect(enlarge(picture, 2, 22_500)).toMatchObject({ width: 150, height: 150 })
    expect(enlarge(picture, 2, 10_500)).toBeUndefined()
  })

  it('keeps the shades at the edges and those between them in order', () => {
    const grey = [...(enlarge(raster(2, 0, 200), 2, 100)?.grey ?? [])]
    expect(grey.slice(0, 4)).toEqual([0, 50, 150, 200])
  })
})

describe('thresholdLocally', () => {
  it('compares each pixel with its surroundings', () => {
    expect([...thresholdLocally(raster(6, 10, 30, 10, 200, 230, 200), 1).grey]).toEqual([0, 255, 0, 255, 255, 0])
    expect([...thresholdLocally(raster(6, 50, 51, 49, 50, 51, 49), 1, 3).grey]).toEqual([255, 255, 255, 255, 255, 255])
  })
})
