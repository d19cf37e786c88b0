import { thresholdLocally } from '../filters/threshold.js'
import type { Raster } from '../raster.js'
import { scanWithZxing } from '../scan.js'
import { findPatterns, type Pattern } from './find-patterns.js'
import { type Grid, gridsOf } from './grid.js'
import { fitOf } from './grid-fit.js'
import { type CodeLocation, locateCodes } from './locate-codes.js'
import { rectify } from './rectify.js'

/** Codes that are looked at in one picture, the likeliest first. */
const LOCATIONS = 6
/** The measured size of a code may be off by a version or two. */
const SIZE_CORRECTIONS = [0, 1, -1, 2, -2] as const
/** Shades by which an even area may differ without being taken for thousands of patterns. */
const NOISE = 3
/** Where nothing is known, half of the modules agree by chance; of 250 so many do not. */
const LEAST_FIT = 0.62
/** Grids that are tried for one code. */
const MOST_GRIDS = 4

/**
 * Looks for finder patterns, draws the codes that they belong to anew and has zxing read them. It reads what zxing alone
 * does not find, or finds and samples in the wrong places: codes without a quiet zone on a dark background, cells that
 * are far from square, strong perspective.
 *
 * @param finish - what is done to the code that was drawn, before it is read
 */
export async function readLocatedCodes(picture: Raster, finish: (code: Raster) => Raster): Promise<string[]> {
  const texts: string[] = []
  // Small neighbourhoods follow uneven light, large ones hold against blur.
  for (const reach of [8, 24]) {
    const blackAndWhite = thresholdLocally(picture, reach, NOISE)
    const { finders, alignments } = findPatterns(blackAndWhite)
    for (const location of locateCodes(finders, LOCATIONS)) {
      for (const grid of likelyGrids(blackAndWhite, location, alignments)) {
        const found = await scanWithZxing(finish(rectify(picture, grid, location.isDark)))
        texts.push(...found)
        if (found.length > 0) break
      }
    }
    if (texts.length > 0) break
  }
  return texts
}

/** The grids that agree best with what is in the picture; none where there is no code after all. */
function likelyGrids(blackAndWhite: Raster, location: CodeLocation, alignments: readonly Pattern[]): Grid[] {
  const version = Math.round((location.modules - 17) / 4)
  const fits: { grid: Grid; fit: number }[] = []
  for (const correction of SIZE_CORRECTIONS) {
    const modules = 17 + 4 * (version + correction)
    if (modules < 21 || modules > 177) continue
    for (const grid of gridsOf(location, modules, alignments)) {
      fits.push({ grid, fit: fitOf(blackAndWhite, grid, location.isDark) })
    }
  }
  const likely = fits.filter(({ fit }) => fit > LEAST_FIT).sort((one, other) => other.fit - one.fit)
  return likely.slice(0, MOST_GRIDS).map(({ grid }) => grid)
}
