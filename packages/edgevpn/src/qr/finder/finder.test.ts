import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../../fuzz/mutate.js'
import { negative, perspective, rotate } from '../corpus/distort.js'
import { paintTerminal, type TerminalLook } from '../corpus/paint.js'
import { thresholdLocally } from '../filters/threshold.js'
import { createRaster, type Raster } from '../raster.js'
import { scanWithZxing } from '../scan.js'
import { findPatterns } from './find-patterns.js'
import { gridsOf } from './grid.js'
import { fitOf } from './grid-fit.js'
import { labelComponents } from './label-components.js'
import { type CodeLocation, locateCodes } from './locate-codes.js'
import { rectify } from './rectify.js'

/** A picture from rows of characters: `#` is black. */
function drawing(...rows: readonly string[]): Raster {
  const picture = createRaster(rows[0]?.length ?? 0, rows.length)
  rows.forEach((row, y) => {
    picture.grey.set(
      [...row].map((character) => (character === '#' ? 0 : 255)),
      y * picture.width,
    )
  })
  return picture
}

/** A code of 25 modules. */
const code = (look: Partial<TerminalLook> = {}) =>
  paintTerminal('https://kairos.io/docs/', { cellWidth: 8, cellHeight: 16, margin: 20, background: 0, ...look })

function locate(picture: Raster) {
  const { finders, alignments } = findPatterns(thresholdLocally(picture, 24))
  return { locations: locateCodes(finders, 6), finders, alignments }
}

describe('labelComponents', () => {
  it('joins what touches by its sides, also where that is seen late, and not what touches by its corners', () => {
    const { count, labels } = labelComponents(drawing('#.#.', '#.#.', '###.', '...#'))
    expect(count).toBe(5)
    expect([...labels]).toEqual([0, 1, 0, 2, 0, 1, 0, 2, 0, 0, 0, 2, 3, 3, 3, 4])
  })

  it('measures each component', () => {
    const { component } = labelComponents(drawing('....', '.##.', '.##.', '....'))
    expect(component(1)).toEqual({ isDark: true, area: 4, left: 1, right: 2, top: 1, bottom: 2, x: 2, y: 2 })
    expect(component(0)).toMatchObject({ isDark: false, area: 12, left: 0, right: 3 })
  })
})

describe('the search for finder patterns', () => {
  it.each<[string, Raster]>([
    ['a code', code()],
    ['an inverted code', negative(code())],
    ['cells that are not square', code({ cellHeight: 24 })],
    ['no quiet zone on black', code({ quietZone: 0 })],
    ['a code that is turned', rotate(code(), 30)],
  ])('finds the code and its size with %s', (_, picture) => {
    const { locations } = locate(picture)
    expect(Math.abs((locations[0] as CodeLocation).modules - 25)).toBeLessThan(2)
  })

  it('says whether the code is inverted', () => {
    expect(locate(code()).locations[0]?.isDark).toBe(true)
    expect(locate(negative(code())).locations[0]?.isDark).toBe(false)
  })

  it('finds no code in the pattern of a chessboard', () => {
    const board = createRaster(200, 200)
    for (let at = 0; at < board.grey.length; at++) board.grey[at] = ((at % 200) + Math.floor(at / 200)) & 8 ? 255 : 0
    expect(locate(board).locations).toEqual([])
  })

  it('takes no longer for very many patterns than for some', () => {
    const patterns = createRaster(1_050, 1_050)
    patterns.grey.fill(255)
    for (let top = 0; top < 1_050; top += 7) {
      for (let left = 0; left < 1_050; left += 7) {
        for (let y = 0; y < 7; y++) {
          for (let x = 0; x < 7; x++) {
            const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3))
            patterns.grey[(top + y) * 1_050 + left + x] = ring === 2 ? 255 : 0
          }
        }
      }
    }
    const { finders } = findPatterns(patterns)
    expect(finders).toHaveLength(22_500)
    expect(locateCodes(finders, 6).length).toBeLessThanOrEqual(6)
  })
})

describe('fitOf', () => {
  it('agrees with the right number of modules, and half of the time with a wrong one or with no code', () => {
    const picture = thresholdLocally(perspective(code({ quietZone: 0 }), 0.2, 0.1), 24)
    const { locations, alignments } = locate(picture)
    const location = locations[0] as CodeLocation
    const best = (modules: number, seen = picture) =>
      Math.max(...gridsOf(location, modules, alignments).map((grid) => fitOf(seen, grid, location.isDark)))
    expect(best(25)).toBeGreaterThan(0.95)
    expect(best(33)).toBeLessThan(0.8)
    const random = seededRandom(1)
    const noise = { ...picture, grey: picture.grey.map(() => (random() < 0.5 ? 0 : 255)) }
    expect(best(25, noise)).toBeLessThan(0.62)
  })

  it('disagrees with what lies beyond the edge of the picture', () => {
    const grid = { modules: 21, originX: -500, originY: 0, acrossX: 4, acrossY: 0, downX: 0, downY: 4 }
    expect(fitOf(createRaster(100, 100), { ...grid, bendAcross: 0, bendDown: 0 }, true)).toBe(0)
  })
})

describe('rectify', () => {
  it.each<[string, Raster]>([
    ['turned', rotate(code(), 77)],
    ['seen from the side', perspective(code(), 0.35, -0.3, 0.1)],
    ['inverted and without a quiet zone', negative(code({ quietZone: 0 }))],
  ])('draws a code anew that is %s', async (_, picture) => {
    const { locations, alignments } = locate(picture)
    const location = locations[0] as CodeLocation
    const texts: string[] = []
    for (const grid of gridsOf(location, 25, alignments)) {
      texts.push(...(await scanWithZxing(rectify(picture, grid, location.isDark))))
    }
    expect(new Set(texts)).toEqual(new Set(['https://kairos.io/docs/']))
  })
})
