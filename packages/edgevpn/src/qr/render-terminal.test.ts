import { stripVTControlCharacters } from 'node:util'
import { encodeToken, generateToken } from '@kairos-sdk/core/token'
import { describe, expect, it } from 'vitest'
import { pgmOf } from './corpus/files.js'
import { decodeQrCodes } from './decode-qr-codes.js'
import { createRaster, type Raster } from './raster.js'
import { chooseTerminalQrStyle, renderQrCode, type TerminalQrStyle } from './render-terminal.js'

/** What is needed to know of a terminal: its own two colours, and what it makes of the colours asked for. */
interface Terminal {
  readonly text: number
  readonly background: number
}

const GREYS: Readonly<Record<string, number>> = {
  '38;5;16': 0,
  '38;5;231': 255,
  '48;5;16': 0,
  '48;5;231': 255,
  '30': 0,
  '37': 170,
  '40': 0,
  '47': 170,
}

/** Shows the output in a terminal with cells of 8 × 16 pixels. */
function show(output: string, terminal: Terminal): Raster {
  const lines = output.split('\n').slice(0, -1)
  const columns = Math.max(...lines.map((line) => [...stripVTControlCharacters(line)].length))
  const picture = createRaster((columns + 6) * 8, (lines.length + 4) * 16)
  picture.grey.fill(terminal.background)
  lines.forEach((line, row) => {
    let { text, background } = terminal
    let column = 3
    for (const [part, code] of line.matchAll(/\p{Cc}\[([\d;]*)m|\P{Cc}/gu)) {
      if (code === '0') ({ text, background } = terminal)
      else if (code !== undefined) {
        const [, first = '', second = ''] = /^(\d+|38;5;\d+);(\d+|48;5;\d+)$/.exec(code) ?? []
        text = GREYS[first] as number
        background = GREYS[second] as number
      } else {
        const upper = part === '▀' || part === '█' ? text : background
        const lower = part === '▄' || part === '█' ? text : background
        for (let y = 0; y < 16; y++) {
          const from = ((row + 2) * 16 + y) * picture.width + column * 8
          picture.grey.fill(y < 8 ? upper : lower, from, from + 8)
        }
        column++
      }
    }
  })
  return picture
}

const DARK: Terminal = { text: 200, background: 0 }
const LIGHT: Terminal = { text: 30, background: 255 }

describe('renderQrCode', () => {
  const token = encodeToken(generateToken())

  it.each([
    ['ansi', DARK],
    ['ansi', LIGHT],
    ['ansi-16', DARK],
    ['ansi-16', LIGHT],
    ['half-blocks', DARK],
    ['half-blocks', LIGHT],
  ] as const)('draws a token in the style %s so that it can be scanned', async (style, terminal) => {
    const picture = show(renderQrCode(token, { style }), terminal)
    expect(await decodeQrCodes(pgmOf(picture))).toEqual([token])
  })

  it.each(['ansi', 'ansi-16'] as const)('draws dark on light on any terminal in the style %s', (style) => {
    const onDark = show(renderQrCode('kairos', { style, quietZone: 1 }), DARK)
    const onLight = show(renderQrCode('kairos', { style, quietZone: 1 }), LIGHT)
    const inside = (picture: Raster) => picture.grey[(2 * 16 + 4) * picture.width + 3 * 8 + 4]
    expect(inside(onDark)).toBeGreaterThan(128)
    expect(inside(onDark)).toBe(inside(onLight))
  })

  it('leaves no colour behind at the end of a line, which would run to the edge of the terminal', () => {
    for (const line of renderQrCode('kairos').split('\n').slice(0, -1)) expect(line.endsWith('\u001b[0m')).toBe(true)
  })

  it('draws characters only where colours are not allowed', () => {
    expect(renderQrCode('kairos', { style: 'half-blocks' })).toMatch(/^[ ▀▄█\n]+$/)
  })

  it('fits a token into a terminal of 48 lines and 100 columns', () => {
    const lines = renderQrCode(token, { style: 'half-blocks' }).split('\n').slice(0, -1)
    expect(lines.length).toBeLessThanOrEqual(48)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it('says how much a code can hold', () => {
    expect(() => renderQrCode('a'.repeat(2_954))).toThrow('holds 1 to 2,953 bytes of text; this one has 2,954.')
    expect(() => renderQrCode('')).toThrow('this one has 0.')
    expect(renderQrCode('a'.repeat(2_953)).length).toBeGreaterThan(0)
    expect(() => renderQrCode('a', { quietZone: 1.5 })).toThrow('The quiet zone must be 0 to 16 modules, not 1.5.')
  })
})

describe('chooseTerminalQrStyle', () => {
  it.each<[string, boolean, Record<string, string>, TerminalQrStyle]>([
    ['a terminal emulator', true, { TERM: 'xterm-256color' }, 'ansi'],
    ['the Linux console', true, { TERM: 'linux' }, 'ansi-16'],
    ['a serial console', true, { TERM: 'vt220' }, 'ansi-16'],
    ['a file', false, { TERM: 'xterm' }, 'half-blocks'],
    ['somebody who wants no colours', true, { TERM: 'xterm', NO_COLOR: '1' }, 'half-blocks'],
    ['an empty NO_COLOR, which asks for nothing', true, { TERM: 'xterm', NO_COLOR: '' }, 'ansi'],
    ['a dumb terminal', true, { TERM: 'dumb' }, 'half-blocks'],
  ])('has a style for %s', (_, isTty, env, style) => {
    expect(chooseTerminalQrStyle({ isTty, env })).toBe(style)
  })
})
