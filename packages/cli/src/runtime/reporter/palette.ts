import { styleText } from 'node:util'

type Style = (text: string) => string

/** The colours that the programs use, by what they mean. */
export interface Palette {
  readonly success: Style
  readonly failure: Style
  readonly warning: Style
  readonly busy: Style
  readonly faint: Style
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
