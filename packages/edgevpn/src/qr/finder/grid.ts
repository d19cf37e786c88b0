import type { Pattern } from './find-patterns.js'
import type { CodeLocation } from './locate-codes.js'

/**
 * Where the modules of a code lie in a picture: a plane seen in perspective. A place in the code (in modules, from its
 * top left corner) is in the picture at
 *
 *     x = (originX + across * acrossX + down * downX) / depth
 *     y = (originY + across * acrossY + down * downY) / depth
 *     depth = 1 + across * bendAcross + down * bendDown
 */
export interface Grid {
  /** Modules along a side, 17 + 4 × version. */
  readonly modules: number
  readonly originX: number
  readonly originY: number
  readonly acrossX: number
  readonly acrossY: number
  readonly downX: number
  readonly downY: number
  readonly bendAcross: number
  readonly bendDown: number
}

/** The middle of a finder pattern is this far from the sides of the code. */
const FINDER_MIDDLE = 3.5
/** The middle of the last alignment pattern is this far from the right and the lower side. */
const ALIGNMENT_MIDDLE = 6.5
/** How far from its place under the guessed grid the last alignment pattern is looked for, as a part of the code's side. */
const SEARCH_RADIUS = 0.15
/** A bend below this is a mistake of the measurement rather than perspective. */
const LEAST_BEND = 0.02

/** How much farther away the other end is: 0.1 is a tenth. */
interface Bend {
  readonly across: number
  readonly down: number
}

/**
 * The grids that a code with this many modules may have, the most likely first:
 *
 * - with the last alignment pattern as the fourth point, where there is one near enough
 * - without perspective, as on a screenshot
 * - with the perspective that the sizes of the three finder patterns tell
 */
export function gridsOf(location: CodeLocation, modules: number, alignments: readonly Pattern[]): Grid[] {
  const flat = gridOf(location, modules, { across: 0, down: 0 })
  const guess = bendOf(location)
  const bent = gridOf(location, modules, guess)
  const grids: Grid[] = []
  for (const pattern of nearest(location, modules, alignments, bent)) {
    const bend = bendThrough(location, modules, pattern)
    if (bend) grids.push(gridOf(location, modules, bend))
  }
  grids.push(flat)
  if (Math.max(Math.abs(guess.across), Math.abs(guess.down)) > LEAST_BEND) grids.push(bent)
  return grids
}

function gridOf({ topLeft, topRight, bottomLeft }: CodeLocation, modules: number, bend: Bend): Grid {
  const span = modules - 2 * FINDER_MIDDLE
  const acrossX = (topRight.x * (1 + bend.across) - topLeft.x) / span
  const acrossY = (topRight.y * (1 + bend.across) - topLeft.y) / span
  const downX = (bottomLeft.x * (1 + bend.down) - topLeft.x) / span
  const downY = (bottomLeft.y * (1 + bend.down) - topLeft.y) / span
  const bendAcross = bend.across / span
  const bendDown = bend.down / span
  // All this counts from the middle of the first finder pattern; a grid counts from the corner of the code.
  const depth = 1 - FINDER_MIDDLE * (bendAcross + bendDown)
  return {
    modules,
    originX: (topLeft.x - FINDER_MIDDLE * (acrossX + downX)) / depth,
    originY: (topLeft.y - FINDER_MIDDLE * (acrossY + downY)) / depth,
    acrossX: acrossX / depth,
    acrossY: acrossY / depth,
    downX: downX / depth,
    downY: downY / depth,
    bendAcross: bendAcross / depth,
    bendDown: bendDown / depth,
  }
}

function placeOn(grid: Grid, across: number, down: number): readonly [number, number] {
  const depth = 1 + across * grid.bendAcross + down * grid.bendDown
  const x = grid.originX + across * grid.acrossX + down * grid.downX
  const y = grid.originY + across * grid.acrossY + down * grid.downY
  return [x / depth, y / depth]
}

/**
 * What is farther away looks smaller: by the depth in the direction across the line of sight, by its square along it.
 * Both are measured on the finder patterns; the square root halves the error of the second, so it counts twice.
 */
function bendOf({ topLeft, topRight, bottomLeft }: CodeLocation): Bend {
  const right = directionTo(topLeft, topRight)
  const down = directionTo(topLeft, bottomLeft)
  const depthAt = (other: Pattern, along: readonly [number, number], across: readonly [number, number]) => {
    const squared = topLeft.extent(...along) / other.extent(...along)
    const plain = topLeft.extent(...across) / other.extent(...across)
    return (2 * Math.sqrt(squared) + plain) / 3
  }
  return { across: depthAt(topRight, right, down) - 1, down: depthAt(bottomLeft, down, right) - 1 }
}

function directionTo(from: Pattern, to: Pattern): readonly [number, number] {
  const distance = Math.hypot(to.x - from.x, to.y - from.y)
  return [(to.x - from.x) / distance, (to.y - from.y) / distance]
}

/** The two alignment patterns that are nearest to where the last one should be. */
function nearest(location: CodeLocation, modules: number, alignments: readonly Pattern[], grid: Grid): Pattern[] {
  const { topLeft, topRight } = location
  const [x, y] = placeOn(grid, modules - ALIGNMENT_MIDDLE, modules - ALIGNMENT_MIDDLE)
  const most = SEARCH_RADIUS * Math.hypot(topRight.x - topLeft.x, topRight.y - topLeft.y)
  return alignments
    .filter(({ isDark, area }) => isDark === location.isDark && area < topLeft.area && 12 * area > topLeft.area)
    .map((pattern) => ({ pattern, distance: Math.hypot(pattern.x - x, pattern.y - y) }))
    .filter(({ distance }) => distance < most)
    .sort((one, other) => one.distance - other.distance)
    .slice(0, 2)
    .map(({ pattern }) => pattern)
}

/** The perspective under which the last alignment pattern is where it is: two linear equations. */
function bendThrough({ topLeft, topRight, bottomLeft }: CodeLocation, modules: number, pattern: Pattern) {
  const span = modules - 2 * FINDER_MIDDLE
  const part = (modules - ALIGNMENT_MIDDLE - FINDER_MIDDLE) / span
  const aX = part * (pattern.x - topRight.x)
  const aY = part * (pattern.y - topRight.y)
  const bX = part * (pattern.x - bottomLeft.x)
  const bY = part * (pattern.y - bottomLeft.y)
  const missX = topLeft.x + part * (topRight.x + bottomLeft.x - 2 * topLeft.x) - pattern.x
  const missY = topLeft.y + part * (topRight.y + bottomLeft.y - 2 * topLeft.y) - pattern.y
  const determinant = aX * bY - aY * bX
  if (determinant === 0) return undefined
  const across = (missX * bY - missY * bX) / determinant
  const down = (aX * missY - aY * missX) / determinant
  // Beyond this the code would reach behind the camera.
  return Math.abs(across) < 0.6 && Math.abs(down) < 0.6 ? { across, down } : undefined
}
