import { closeGaps, closeRowGaps, type GapColour } from './filters/close-gaps.js'
import { enlarge, reduce } from './filters/resize.js'
import { boxBlur, sharpen } from './filters/smooth.js'
import { thresholdLocally } from './filters/threshold.js'
import { readLocatedCodes } from './finder/read-located-codes.js'
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
/** Pictures above this size are halved before finder patterns are searched in them, which takes a second for each. */
const SEARCHED_PIXELS = 9_000_000
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
function redrawn(
  name: string,
  prepare: (picture: Raster) => Raster | undefined,
  finish: (code: Raster) => Raster = (code) => code,
): LadderStep {
  return {
    name,
    async look(picture) {
      let small = picture
      for (let factor = 2; small.grey.length > SEARCHED_PIXELS; factor++) small = reduce(picture, factor) ?? small
      const prepared = prepare(small)
      return prepared && readLocatedCodes(prepared, finish)
    },
  }
}

const asItIs = (picture: Raster) => picture

/** What is looked at in every frame while watching a screen. */
export const QUICK_STEPS: readonly LadderStep[] = [
  step('as it is', asItIs),
  step('one threshold for all', asItIs, { binarizer: 'GlobalHistogram' }),
]

/**
 * Taken besides when there is time, also when a code was found before: of desktops with two terminals it read the second
 * in all those cases, one in ten, where the quick looks read one only.
 */
export const SECOND_LOOK: LadderStep = step('dark gaps of 2 closed', (picture) => closeRowGaps(picture, 'dark', 1))

const halved = (picture: Raster) => reduce(picture, 2)
const closed = (picture: Raster | undefined, colour: GapColour, reach: number) =>
  picture && closeRowGaps(picture, colour, reach)

/**
 * What follows when all that does not suffice, in about the order of what they find for their time. Tried on thousands of
 * made pictures and left out, as nothing is left for them to find: median, enlarging with one threshold, stretching,
 * closing of light gaps in all directions.
 *
 * Of 770 pictures that no step was tuned on (half of them made hard on purpose), the first look reads 556, the second 12,
 * the third 59, these here 116 (`redrawn` most of them, 43), and 27 are not read: out of focus by half a module and more,
 * photographed from far aside, or both. None gave a wrong text. In vain they take 1 to 2 s for 1080p and 4 s for 4K.
 */
export const THOROUGH_STEPS: readonly LadderStep[] = [
  step('threshold of 8 around', (picture) => thresholdLocally(picture, 8), FIXED),
  redrawn('redrawn', asItIs),
  step('blurred, threshold of 32 around', (picture) => thresholdLocally(boxBlur(picture, 1, 1), 32), FIXED),
  step('denoised', asItIs, { tryDenoise: true }),
  redrawn('halved, redrawn', halved),
  step('halved, one threshold', halved, { binarizer: 'GlobalHistogram' }),
  step('dark gaps of 4 closed', (picture) => closeRowGaps(picture, 'dark', 2)),
  step('sharpened', (picture) => sharpen(picture, 2, 3)),
  step('blurred by 2', (picture) => boxBlur(picture, 2, 2)),
  step('reduced by 3', (picture) => reduce(picture, 3)),
  step('enlarged', (picture) => enlarge(picture, 2, ENLARGED_PIXELS)),
  redrawn('halved, dark gaps of 2 closed, redrawn', (picture) => closed(halved(picture), 'dark', 1)),
  redrawn('halved, dark gaps of 4 closed, redrawn', (picture) => closed(halved(picture), 'dark', 2)),
  redrawn('halved, light gaps of 4 closed, redrawn', (picture) => closed(halved(picture), 'light', 2)),
  redrawn('light gaps of 4 closed, redrawn', (picture) => closeRowGaps(picture, 'light', 2)),
  redrawn('redrawn, sharpened', asItIs, (code) => sharpen(code, 3, 5)),
  redrawn('dark gaps of 2 closed, redrawn', (picture) => closeRowGaps(picture, 'dark', 1)),
  step('all dark gaps of 4 closed', (picture) => closeGaps(picture, 'dark', 2)),
  // It found nothing more in those pictures, but searches in another way than all of the above.
  { name: 'jsQR', look: scanWithJsqr },
]
