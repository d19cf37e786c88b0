import type { Raster } from '../raster.js'
import { type Component, type LabelledPicture, labelComponents } from './label-components.js'

/** A square in the middle of a ring of the other colour, as finder and alignment patterns have it. */
export interface Pattern {
  /** Its middle, in pixels; 0.5 is the middle of the first pixel. */
  readonly x: number
  readonly y: number
  /** True where the core is darker than the ring around it, as it is in a code that is not inverted. */
  readonly isDark: boolean
  /** Pixels of ring and core together. */
  readonly area: number
  /** How wide the ring is when looked at along this direction (a unit vector), in pixels. */
  readonly extent: (directionX: number, directionY: number) => number
}

/** The patterns of all codes in a picture. */
export interface Patterns {
  /** Those in three corners of a code (ISO/IEC 18004, section 6.3.3): a core of 3 × 3 modules in a ring of 5 × 5. */
  readonly finders: readonly Pattern[]
  /** Those in between (section 6.3.6): a core of one module in a ring of 3 × 3. Some are none: data can look so. */
  readonly alignments: readonly Pattern[]
}

interface Shape {
  /** How many times wider than the core the ring may be, and how many times larger. */
  readonly leastWidth: number
  readonly mostWidth: number
  readonly leastArea: number
  readonly mostArea: number
}

/** 5/3 as wide, 16/9 of the pixels. Blur and thresholds make the one wider and the other narrower. */
const FINDER: Shape = { leastWidth: 1.25, mostWidth: 2.6, leastArea: 0.8, mostArea: 4 }
/** 3 times as wide, 8 times the pixels. */
const ALIGNMENT: Shape = { leastWidth: 2, mostWidth: 5, leastArea: 3.5, mostArea: 20 }
/** A square, however it is turned, fills at least half of its bounding box; blur takes some more. */
const LEAST_FILLED = 0.4
/** How far the middles of ring and core may be apart, as a part of the ring's width. */
const MOST_OFFSET = 0.12

/**
 * Finds cores that lie in the middle of a ring of the other colour. The common search looks for the ratio 1:1:3:1:1
 * along a line, and so needs the outermost ring too, which is lost where a code without a quiet zone lies on a dark
 * background; it also needs pixels that are nearly square. Rings and cores need neither.
 *
 * @param picture - black and white only
 */
export function findPatterns(picture: Raster): Patterns {
  const labelled = labelComponents(picture)
  const finders: Pattern[] = []
  const alignments: Pattern[] = []
  for (let label = 0; label < labelled.count; label++) {
    const core = labelled.component(label)
    const width = core.right - core.left + 1
    const height = core.bottom - core.top + 1
    if (width < 2 || height < 2 || width > 4 * height || height > 4 * width) continue
    if (core.area < LEAST_FILLED * width * height) continue
    const ringLabel = enclosingLabel(labelled, label, Math.floor(core.x), Math.floor(core.y))
    if (ringLabel === undefined) continue
    const ring = labelled.component(ringLabel)
    const pattern = {
      x: core.x,
      y: core.y,
      isDark: core.isDark,
      area: core.area + ring.area,
      extent: (directionX: number, directionY: number) => extentOf(labelled, ringLabel, ring, directionX, directionY),
    }
    if (width > 2 && height > 2 && isRingAround(ring, core, FINDER)) finders.push(pattern)
    if (isRingAround(ring, core, ALIGNMENT)) alignments.push(pattern)
  }
  return { finders, alignments }
}

/** What is met when walking from the middle of a component to the left, right, top and bottom, if it is always the same. */
function enclosingLabel({ labels, width, height }: LabelledPicture, label: number, x: number, y: number) {
  const middle = y * width + x
  if (labels[middle] !== label) return undefined
  const walk = (step: number, most: number) => {
    for (let done = 1; done <= most; done++) {
      const met = labels[middle + done * step] as number
      if (met !== label) return met
    }
    return undefined
  }
  const met = walk(1, width - 1 - x)
  if (met === undefined) return undefined
  const isAllAround = walk(-1, x) === met && walk(width, height - 1 - y) === met && walk(-width, y) === met
  return isAllAround ? met : undefined
}

function isRingAround(ring: Component, core: Component, shape: Shape): boolean {
  const width = ring.right - ring.left + 1
  const height = ring.bottom - ring.top + 1
  const isWithin = (value: number, least: number, most: number) => value >= least && value <= most
  return (
    isWithin(width / (core.right - core.left + 1), shape.leastWidth, shape.mostWidth) &&
    isWithin(height / (core.bottom - core.top + 1), shape.leastWidth, shape.mostWidth) &&
    isWithin(ring.area / core.area, shape.leastArea, shape.mostArea) &&
    Math.abs(ring.x - core.x) <= MOST_OFFSET * width + 0.5 &&
    Math.abs(ring.y - core.y) <= MOST_OFFSET * height + 0.5
  )
}

function extentOf({ labels, width }: LabelledPicture, label: number, ring: Component, dirX: number, dirY: number) {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let y = ring.top; y <= ring.bottom; y++) {
    for (let x = ring.left; x <= ring.right; x++) {
      if (labels[y * width + x] !== label) continue
      const along = x * dirX + y * dirY
      if (along < least) least = along
      if (along > most) most = along
    }
  }
  return most - least + Math.max(Math.abs(dirX), Math.abs(dirY))
}
