import { closeGaps, closeRowGaps, type GapColour } from './filters/close-gaps.js'
import { stretchLocally, thresholdLocally } from './filters/contrast.js'
import { enlarge, reduce } from './filters/resize.js'
import { boxBlur, median, sharpen } from './filters/smooth.js'
import { findPatterns, type Pattern } from './finder/find-patterns.js'
import { gridsOf } from './finder/grid.js'
import { type CodeLocation, locateCodes } from './finder/locate-codes.js'
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
/** Codes that are looked at in one picture, the likeliest first. */
const LOCATIONS = 6
/** The measured size of a code may be off by a version or two. */
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
    const { finders, alignments } = findPatterns(thresholdLocally(picture, reach))
    for (const location of locateCodes(finders, LOCATIONS)) {
      texts.push(...(await readAt(picture, location, alignments, finish)))
    }
    if (texts.length > 0) break
  }
  return texts
}

async function readAt(
  picture: Raster,
  location: CodeLocation,
  alignments: readonly Pattern[],
  finish: (code: Raster) => Raster,
): Promise<string[]> {
  const version = Math.round((location.modules - 17) / 4)
  for (const correction of SIZE_CORRECTIONS) {
    const modules = 17 + 4 * (version + correction)
    if (modules < 21 || modules > 177) continue
    for (const grid of gridsOf(location, modules, alignments)) {
      const found = await scanWithZxing(finish(rectify(picture, grid, location.isDark)))
      if (found.length > 0) return found
    }
  }
  return []
}

const asItIs = (picture: Raster) => picture
const enlargedTwice = (picture: Raster) => enlarge(picture, 2, ENLARGED_PIXELS)

/** What is looked at in every frame while watching a screen. */
export const QUICK_STEPS: readonly LadderStep[] = [
  step('as it is', asItIs),
  step('one threshold for all', asItIs, { binarizer: 'GlobalHistogram' }),
]

function enlargedAndStretched(picture: Raster): Raster | undefined {
  const enlarged = enlargedTwice(picture)
  return enlarged && stretchLocally(enlarged, 64)
}
const halved = (picture: Raster) => reduce(picture, 2)
const closed = (picture: Raster | undefined, colour: GapColour, reach: number) =>
  picture && closeRowGaps(picture, colour, reach)

/** What follows when that does not suffice. */
export const THOROUGH_STEPS: readonly LadderStep[] = [
  step('dark gaps of 2 closed', (picture) => closeRowGaps(picture, 'dark', 1)),
  step('threshold of 8 around', (picture) => thresholdLocally(picture, 8), FIXED),
  rectified('redrawn', asItIs),
  step('blurred, threshold of 32 around', (picture) => thresholdLocally(boxBlur(picture, 1, 1), 32), FIXED),
  rectified('halved, redrawn', halved),
  step('denoised', asItIs, { tryDenoise: true }),
  step('halved, one threshold', halved, { binarizer: 'GlobalHistogram' }),
  step('reduced by 3', (picture) => reduce(picture, 3)),
  step('enlarged', enlargedTwice),
  step('enlarged, one threshold', enlargedTwice, { binarizer: 'GlobalHistogram' }),
  step('enlarged, stretched', enlargedAndStretched),
  rectified('dark gaps of 2 closed, redrawn', (picture) => closeRowGaps(picture, 'dark', 1)),
  step('dark gaps of 4 closed', (picture) => closeRowGaps(picture, 'dark', 2)),
  rectified('halved, dark gaps of 2 closed, redrawn', (picture) => closed(halved(picture), 'dark', 1)),
  rectified('halved, dark gaps of 4 closed, redrawn', (picture) => closed(halved(picture), 'dark', 2)),
  rectified('light gaps of 2 closed, redrawn', (picture) => closeRowGaps(picture, 'light', 1)),
  rectified('light gaps of 4 closed, redrawn', (picture) => closeRowGaps(picture, 'light', 2)),
  rectified('halved, light gaps of 2 closed, redrawn', (picture) => closed(halved(picture), 'light', 1)),
  rectified('halved, light gaps of 4 closed, redrawn', (picture) => closed(halved(picture), 'light', 2)),
  rectified('rows blurred by 2, redrawn', (picture) => boxBlur(picture, 0, 2)),
  rectified('blurred by 2, redrawn', (picture) => boxBlur(picture, 2, 2)),
  rectified('redrawn, sharpened', asItIs, (code) => sharpen(code, 3, 5)),
  step('median', median),
  rectified('all dark gaps of 2 closed, redrawn', (picture) => closeGaps(picture, 'dark', 1)),
  rectified('all light gaps of 2 closed, redrawn', (picture) => closeGaps(picture, 'light', 1)),
  { name: 'jsQR', look: scanWithJsqr },
]
