import { encode } from 'uqr'
import { createRaster, type Raster } from '../raster.js'
import { between } from './random.js'

/** How a terminal draws a code: a cell of the terminal holds one module in width and two in height. */
export interface TerminalLook {
  readonly cellWidth: number
  readonly cellHeight: number
  /** Rows of pixels between two rows of text that the font leaves empty. */
  readonly rowGap?: number
  /** The colour of those rows. */
  readonly gapGrey?: number
  readonly dark?: number
  /** The light modules in the upper half of a cell. */
  readonly light?: number
  /** The light modules in the lower half: the Linux console draws one half white, the other grey. */
  readonly lowerLight?: number
  /** Light modules around the code. */
  readonly quietZone?: number
  /** What is behind the text of the terminal, seen in the margin. */
  readonly background?: number
  /** Modules two columns wide and one row high, in full blocks. */
  readonly fullBlocks?: boolean
  /** Draw light as dark and dark as light. */
  readonly inverted?: boolean
  /** Empty pixels around it all. */
  readonly margin?: number
}

/** The code as a terminal with this look shows it. */
export function paintTerminal(text: string, look: TerminalLook): Raster {
  const { cellWidth, cellHeight, rowGap = 0, quietZone = 4, margin = 0 } = look
  const light = look.light ?? 255
  const dark = look.dark ?? 0
  const lower = look.lowerLight ?? light
  const matrix = encode(text, { ecc: 'L', border: 0 })
  const modules = matrix.size + 2 * quietZone
  const moduleWidth = look.fullBlocks ? 2 * cellWidth : cellWidth
  const rows = look.fullBlocks ? modules : Math.ceil(modules / 2)
  const line = cellHeight + rowGap
  const picture = createRaster(modules * moduleWidth + 2 * margin, rows * line + 2 * margin)
  picture.grey.fill(look.background ?? dark)
  const isDark = (x: number, y: number) =>
    (matrix.data[y - quietZone]?.[x - quietZone] ?? false) !== (look.inverted ?? false)
  const upperHeight = Math.floor(cellHeight / 2)
  for (let y = 0; y < rows * line; y++) {
    const row = Math.floor(y / line)
    const within = y % line
    const isLower = within >= upperHeight
    const moduleY = look.fullBlocks ? row : 2 * row + (isLower ? 1 : 0)
    if (moduleY >= modules) continue
    for (let x = 0; x < modules * moduleWidth; x++) {
      let grey = isDark(Math.floor(x / moduleWidth), moduleY) ? dark : isLower ? lower : light
      if (within >= cellHeight) grey = look.gapGrey ?? dark
      picture.grey[(y + margin) * picture.width + x + margin] = grey
    }
  }
  return picture
}

/** A code with square modules, as a web page or a viewer shows it. */
export function paintSquare(text: string, module: number, quietZone = 4): Raster {
  return paintTerminal(text, { cellWidth: module, cellHeight: 2 * module, quietZone })
}

/** A desktop: a gradient, windows with lines that look like text, and the picture at a place in it. */
export function paintDesktop(
  random: () => number,
  width: number,
  height: number,
  content?: Raster,
  at?: { readonly x: number; readonly y: number },
): Raster {
  const desktop = createRaster(width, height)
  const from = between(random, 0, 120)
  const to = between(random, 60, 220)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      desktop.grey[y * width + x] = from + ((to - from) * (x + y)) / (width + height) + random() * 6
    }
  }
  for (let window = 0; window < 4; window++) paintWindow(random, desktop)
  if (content) {
    const x = at?.x ?? between(random, 0, Math.max(0, width - content.width))
    const y = at?.y ?? between(random, 0, Math.max(0, height - content.height))
    paste(desktop, content, x, y)
  }
  return desktop
}

function paintWindow(random: () => number, desktop: Raster): void {
  const width = between(random, desktop.width >> 3, desktop.width >> 1)
  const height = between(random, desktop.height >> 3, desktop.height >> 1)
  const left = between(random, 0, desktop.width - width)
  const top = between(random, 0, desktop.height - height)
  const paper = random() < 0.5 ? 20 : 240
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isText = y % 16 > 4 && y % 16 < 13 && x > 8 && x < width - 40 && random() < 0.3
      desktop.grey[(top + y) * desktop.width + left + x] = isText ? 255 - paper : paper
    }
  }
}

/** Copies `content` into `onto`; what does not fit is cut off. */
export function paste(onto: Raster, content: Raster, left: number, top: number): void {
  const width = Math.min(content.width, onto.width - left)
  for (let y = 0; y < Math.min(content.height, onto.height - top); y++) {
    onto.grey.set(content.grey.subarray(y * content.width, y * content.width + width), (top + y) * onto.width + left)
  }
}
