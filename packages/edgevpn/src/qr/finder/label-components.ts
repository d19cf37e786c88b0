import type { Raster } from '../raster.js'

/** An area of one colour whose pixels touch by their sides. */
export interface Component {
  readonly isDark: boolean
  /** How many pixels it has. */
  readonly area: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** Its centre of gravity, where 0.5 is the middle of the first pixel. */
  readonly x: number
  readonly y: number
}

export interface LabelledPicture {
  readonly width: number
  readonly height: number
  /** The number of its component for each pixel. */
  readonly labels: Int32Array
  readonly count: number
  /** The component of this number. */
  readonly component: (label: number) => Component
}

/**
 * Finds the connected components of a black and white picture: in one pass over the pixels that notes which provisional
 * labels meet (union-find), and one that gives each component its number and measures it.
 */
export function labelComponents({ width, height, grey }: Raster): LabelledPicture {
  const labels = new Int32Array(width * height)
  let parents = new Int32Array(65_536)
  let provisional = 0
  const root = (label: number): number => {
    let at = label
    while (parents[at] !== at) {
      const parent = parents[at] as number
      parents[at] = parents[parent] as number
      at = parent
    }
    return at
  }
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const shade = grey[at]
      const left = x > 0 && grey[at - 1] === shade ? (labels[at - 1] as number) : -1
      const above = y > 0 && grey[at - width] === shade ? (labels[at - width] as number) : -1
      if (left < 0 && above < 0) {
        if (provisional === parents.length) {
          const longer = new Int32Array(2 * provisional)
          longer.set(parents)
          parents = longer
        }
        parents[provisional] = provisional
        labels[at] = provisional++
        continue
      }
      labels[at] = left >= 0 ? left : above
      if (left >= 0 && above >= 0 && left !== above) {
        const one = root(left)
        const other = root(above)
        parents[Math.max(one, other)] = Math.min(one, other)
      }
    }
  }
  const numbers = new Int32Array(provisional)
  let count = 0
  // A root is always smaller than what hangs on it, so its number is there before it is asked for.
  for (let label = 0; label < provisional; label++) {
    numbers[label] = parents[label] === label ? count++ : (numbers[root(label)] as number)
  }
  return measure(grey, width, height, labels, numbers, count)
}

function measure(
  grey: Uint8Array,
  width: number,
  height: number,
  labels: Int32Array,
  numbers: Int32Array,
  count: number,
): LabelledPicture {
  const area = new Int32Array(count)
  const left = new Int32Array(count).fill(width)
  const right = new Int32Array(count).fill(-1)
  const top = new Int32Array(count).fill(height)
  const bottom = new Int32Array(count).fill(-1)
  const sumX = new Float64Array(count)
  const sumY = new Float64Array(count)
  const isDark = new Uint8Array(count)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const label = numbers[labels[at] as number] as number
      labels[at] = label
      area[label] = (area[label] as number) + 1
      sumX[label] = (sumX[label] as number) + x
      sumY[label] = (sumY[label] as number) + y
      if (x < (left[label] as number)) left[label] = x
      if (x > (right[label] as number)) right[label] = x
      if (y < (top[label] as number)) top[label] = y
      bottom[label] = y
      isDark[label] = grey[at] === 0 ? 1 : 0
    }
  }
  const component = (label: number): Component => ({
    isDark: isDark[label] === 1,
    area: area[label] as number,
    left: left[label] as number,
    right: right[label] as number,
    top: top[label] as number,
    bottom: bottom[label] as number,
    x: (sumX[label] as number) / (area[label] as number) + 0.5,
    y: (sumY[label] as number) / (area[label] as number) + 0.5,
  })
  return { width, height, labels, count, component }
}
