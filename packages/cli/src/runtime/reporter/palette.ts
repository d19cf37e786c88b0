import { styleText } from 'node:util'
import type { Io, Output } from '../io.js'

type Style = (text: string) => string

/** The colours that the programs use, by what they mean. */
export interface Palette {
  readonly success: Style
  readonly failure: Style
  readonly warning: Style
  readonly busy: Style
  readonly faint: Style
}

/** Whether colours may be written to a stream: a terminal, and nobody asked for none (https://no-color.org). */
export function wantsColors(output: Output, env: Io['env']): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

export function paletteFor(colors: boolean): Palette {
  // Whether there are colours was decided with our own stream and environment, not with the process's.
  const style = (format: Parameters<typeof styleText>[0]): Style =>
    colors ? (text) => styleText(format, text, { validateStream: false }) : (text) => text
  return {
    success: style('green'),
    failure: style('red'),
    warning: style('yellow'),
    busy: style('cyan'),
    faint: style('dim'),
  }
}
