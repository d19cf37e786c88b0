import { encodeModules } from './encode-modules.js'

/**
 * How a code is drawn in a terminal. Two modules share a character cell, one above the other.
 *
 * - `ansi`: black and white from the 256-colour cube, whose values no theme changes. For terminal emulators.
 * - `ansi-16`: colours 0 and 7. For the Linux console: it has no bright backgrounds and would draw white as stripes of
 *   white and grey.
 * - `half-blocks`: characters only. Light modules are drawn, so the terminal has to be light on dark; on a light one
 *   the code is inverted, which `decodeQrCodes` and most phones read too.
 */
export type TerminalQrStyle = 'ansi' | 'ansi-16' | 'half-blocks'

export interface RenderQrCodeOptions {
  /** Default `ansi`. */
  readonly style?: TerminalQrStyle
  /** Light modules around the code; the standard asks for 4. Default 2, which scanners cope with on a screen. */
  readonly quietZone?: number
}

const RESET = '\u001b[0m'
const COLOURS = {
  ansi: { dark: { text: '38;5;16', behind: '48;5;16' }, light: { text: '38;5;231', behind: '48;5;231' } },
  'ansi-16': { dark: { text: '30', behind: '40' }, light: { text: '37', behind: '47' } },
} as const

/**
 * Draws a QR code with error correction level L for a terminal, each line ended by a line feed. A pairing token makes
 * about 45 lines of 90 columns.
 *
 * @throws KairosError `argument/invalid` for a text that no QR code can hold (2,953 bytes), or a quiet zone that is not
 *   a whole number from 0 to 16
 */
export function renderQrCode(text: string, options: RenderQrCodeOptions = {}): string {
  const { style = 'ansi', quietZone = 2 } = options
  const { side, isDark } = encodeModules(text, quietZone)
  let drawn = ''
  for (let y = 0; y < side; y += 2) {
    drawn += style === 'half-blocks' ? blockLine(side, y, isDark) : colouredLine(side, y, isDark, COLOURS[style])
  }
  return drawn
}

type IsDark = (x: number, y: number) => boolean

function blockLine(side: number, y: number, isDark: IsDark): string {
  let line = ''
  for (let x = 0; x < side; x++) {
    if (isDark(x, y)) line += isDark(x, y + 1) ? ' ' : '▄'
    else line += isDark(x, y + 1) ? '▀' : '█'
  }
  return `${line}\n`
}

/** Upper half blocks: the text colour is the upper module, the background the lower one. Ends uncoloured. */
function colouredLine(
  side: number,
  y: number,
  isDark: IsDark,
  colours: (typeof COLOURS)[keyof typeof COLOURS],
): string {
  let line = ''
  let last = ''
  for (let x = 0; x < side; x++) {
    const upper = isDark(x, y) ? colours.dark : colours.light
    const lower = isDark(x, y + 1) ? colours.dark : colours.light
    // A space shows the background alone: no gap that a font leaves at the edge of its blocks can be seen.
    const isPlain = upper === lower
    const colour = `${upper.text};${lower.behind}`
    if (colour !== last) line += `\u001b[${colour}m`
    last = colour
    line += isPlain ? ' ' : '▀'
  }
  return `${line}${RESET}\n`
}

/** What {@link chooseTerminalQrStyle} goes by. */
export interface TerminalTraits {
  /** Whether the output is a terminal. */
  readonly isTty: boolean
  /** The environment: `TERM` and `NO_COLOR` count. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The style that can be scanned from this terminal; characters only where colours are not wanted (`NO_COLOR`). */
export function chooseTerminalQrStyle({ isTty, env }: TerminalTraits): TerminalQrStyle {
  if (!isTty || env.TERM === 'dumb' || (env.NO_COLOR !== undefined && env.NO_COLOR !== '')) return 'half-blocks'
  return env.TERM === 'linux' || env.TERM?.startsWith('vt') ? 'ansi-16' : 'ansi'
}
