import type { Pattern } from './find-patterns.js'

/** Where a code seems to be: its finder patterns, and how many modules there are along a side. */
export interface CodeLocation {
  readonly topLeft: Pattern
  readonly topRight: Pattern
  readonly bottomLeft: Pattern
  /** Measured, so not exactly one of the sizes that there are (17 + 4 × version). */
  readonly modules: number
  readonly isDark: boolean
}

/** More patterns than this are noise; all threes of 60 are 200,000. */
const MOST_PATTERNS = 60
/** The middles of the patterns are this much closer than the sides of the code. */
const PATTERN_MODULES = 7
const LEAST_MODULES = 18
const MOST_MODULES = 190
/** How many times larger one pattern may look than another, as it is nearer to the camera. */
const MOST_AREA_RATIO = 4
/** The sine of the angle between the sides: a photo from the side makes it differ from 90 degrees. */
const LEAST_SINE = 0.8

/** The threes of finder patterns that fit together best, at most `most` of them, the best first. */
export function locateCodes(patterns: readonly Pattern[], most: number): CodeLocation[] {
  const candidates = patterns.length > MOST_PATTERNS ? mostAlike(patterns) : patterns
  const found: { location: CodeLocation; misfit: number }[] = []
  for (const topLeft of candidates) {
    for (const topRight of candidates) {
      if (topRight === topLeft || !alike(topLeft, topRight)) continue
      for (const bottomLeft of candidates) {
        if (bottomLeft === topLeft || bottomLeft === topRight) continue
        if (!alike(topLeft, bottomLeft) || !alike(topRight, bottomLeft)) continue
        const fit = measure(topLeft, topRight, bottomLeft)
        if (!fit) continue
        const location = { topLeft, topRight, bottomLeft, modules: fit.modules, isDark: topLeft.isDark }
        found.push({ location, misfit: fit.misfit })
      }
    }
  }
  found.sort((one, other) => one.misfit - other.misfit)
  return found.slice(0, most).map(({ location }) => location)
}

function alike(one: Pattern, other: Pattern): boolean {
  return (
    one.isDark === other.isDark && one.area <= MOST_AREA_RATIO * other.area && other.area <= MOST_AREA_RATIO * one.area
  )
}

/** Of too many, those that have the most of their own size among them. */
function mostAlike(patterns: readonly Pattern[]): Pattern[] {
  const close = (one: Pattern, other: Pattern) =>
    one.isDark === other.isDark && Math.abs(one.area - other.area) <= 0.1 * one.area
  const counted = patterns
    .slice(0, 2_000)
    .map((pattern) => ({ pattern, fellows: patterns.filter((other) => close(pattern, other)).length }))
  // Few are as they should be: noise has very many fellows, a code three.
  const sorted = counted.sort((one, other) => other.pattern.area - one.pattern.area)
  return sorted
    .filter(({ fellows }) => fellows >= 3)
    .slice(0, MOST_PATTERNS)
    .map(({ pattern }) => pattern)
}

function measure(corner: Pattern, right: Pattern, below: Pattern) {
  const rightX = right.x - corner.x
  const rightY = right.y - corner.y
  const downX = below.x - corner.x
  const downY = below.y - corner.y
  const width = Math.hypot(rightX, rightY)
  const height = Math.hypot(downX, downY)
  if (width > 3 * height || height > 3 * width) return undefined
  // Positive where "below" is clockwise of "right", as rows of pixels grow downwards; a mirrored code is left to zxing.
  const sine = (rightX * downY - rightY * downX) / (width * height)
  if (sine < LEAST_SINE) return undefined
  const across = modulesAlong(corner, right, rightX / width, rightY / width, width)
  const down = modulesAlong(corner, below, downX / height, downY / height, height)
  const modules = (across + down) / 2
  const difference = Math.abs(across - down) / modules
  if (difference > 0.25 || modules < LEAST_MODULES || modules > MOST_MODULES) return undefined
  return { modules, misfit: difference + (1 - sine) }
}

/** Both patterns are 5 modules wide along the line between them, which gives the size of a module there. */
function modulesAlong(one: Pattern, other: Pattern, dirX: number, dirY: number, distance: number) {
  const module = (one.extent(dirX, dirY) + other.extent(dirX, dirY)) / 10
  return distance / module + PATTERN_MODULES
}
