import { closeGaps } from './filters/close-gaps.js'
import { stretchLocally, thresholdLocally } from './filters/contrast.js'
import { enlarge, reduce } from './filters/resize.js'
import { boxBlur, median, sharpen } from './filters/smooth.js'
import { findFinderPatterns } from './finder/find-finder-patterns.js'
import { locateCodes } from './finder/locate-codes.js'
import { rectify } from './finder/rectify.js'
import type { Raster } from './raster.js'
import { type ScanOptions, scanWithJsqr, scanWithZxing } from './scan.js'

/** One way to look at a picture. */
export interface LadderStep {
  /** For logs and measurements. */
  readonly name: string
  /** The texts found; `undefined` where this way makes no sense for a picture of this size. */
  readonly look: (picture: Raster) => Promise<string[] | undefined>
}

/** Enlarged pictures have at most this many pixels, which keeps a step below a quarter of a second. */
const ENLARGED_PIXELS = 4_000_000
/** Filters that a large picture needs at twice the reach, as its pixels are finer, are run on its reduction instead. */
const TRIPLES = 6
/** The measured size of a code may be off by two versions. */
const SIZE_CORRECTIONS = [0, 1, -1, 2, -2] as const
const FIXED: ScanOptions = { binarizer: 'FixedThreshold' }

function step(name: string, prepare: (picture: Raster) => Raster | undefined, options: ScanOptions = {}): LadderStep {
  return {
    name,
    async look(picture) {
      const prepared = prepare(picture)
      return prepared && scanWithZxing(prepared, options)
    },
  }
}

/** A step that finds the finder patterns itself and shows zxing a redrawn code. */
function rectified(
  name: string,
  prepare: (picture: Raster) => Raster | undefined,
  finish: (code: Raster) => Raster = (code) => code,
): LadderStep {
  return {
    name,
    async look(picture) {
      const prepared = prepare(picture)
      return prepared && lookAtLocatedCodes(prepared, finish)
    },
  }
}

async function lookAtLocatedCodes(picture: Raster, finish: (code: Raster) => Raster): Promise<string[]> {
  const texts: string[] = []
  // Small neighbourhoods follow uneven light, large ones hold against blur.
  for (const reach of [8, 24]) {
    const patterns = findFinderPatterns(thresholdLocally(picture, reach))
    for (const location of locateCodes(patterns, TRIPLES)) {
      const version = Math.round((location.modules - 17) / 4)
      for (const correction of SIZE_CORRECTIONS) {
        const modules = 17 + 4 * (version + correction)
        if (modules < 21 || modules > 177) continue
        const found = await scanWithZxing(finish(rectify(picture, location, modules)))
        texts.push(...found)
        if (found.length > 0) break
      }
    }
    if (texts.length > 0) break
  }
  return texts
}

const asItIs = (picture: Raster) => picture
const enlargedTwice = (picture: Raster) => enlarge(picture, 2, ENLARGED_PIXELS)

/** What is looked at in every frame while watching a screen. */
export const QUICK_STEPS: readonly LadderStep[] = [
  step('as it is', asItIs),
  step('one threshold for all', asItIs, { binarizer: 'GlobalHistogram' }),
]

/** What follows when that does not suffice. */
export const THOROUGH_STEPS: readonly LadderStep[] = [
  rectified('redrawn', asItIs),
  step('dark gaps of 2 closed', (picture) => closeGaps(picture, 'dark', 1)),
  step('threshold of 8 around', (picture) => thresholdLocally(picture, 8), FIXED),
  step('blurred by 1', (picture) => boxBlur(picture, 1, 1)),
  step('enlarged, stretched', (picture) => {
    const enlarged = enlargedTwice(picture)
    return enlarged && stretchLocally(enlarged, 64)
  }),
  step('stretched', (picture) => stretchLocally(picture, 64)),
  step('enlarged, one threshold', enlargedTwice, { binarizer: 'GlobalHistogram' }),
  step('median', median),
  step('reduced by 2', (picture) => reduce(picture, 2)),
  step('reduced by 3', (picture) => reduce(picture, 3)),
  step('denoised', asItIs, { tryDenoise: true }),
  rectified('dark gaps of 4 closed, redrawn', (picture) => closeGaps(picture, 'dark', 2)),
  rectified('light gaps of 2 closed, redrawn', (picture) => closeGaps(picture, 'light', 1)),
  rectified('light gaps of 4 closed, redrawn', (picture) => closeGaps(picture, 'light', 2)),
  rectified('redrawn, sharpened', asItIs, (code) => sharpen(code, 3, 2)),
  { name: 'jsQR', look: scanWithJsqr },
]
