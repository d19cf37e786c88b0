import type { KairosError } from '@kairos-sdk/core'
import type { Palette } from './reporter/palette.js'
import { printable, printableLine } from './reporter/printable.js'
import { wrapText } from './reporter/wrap-text.js'

export interface ErrorTextOptions {
  readonly palette: Palette
  /** Of the terminal; undefined for a pipe. */
  readonly columns: number | undefined
  /** With what caused it, and where. */
  readonly verbose: boolean
}

/** An error as people read it: what is wrong, then what to do. */
export function describeError(error: KairosError, { palette, columns, verbose }: ErrorTextOptions): string {
  // An error of another copy of the package may have no lines.
  const message = (error.lines ?? [error.message]).map((line) => wrapText(printableLine(line), columns, '  '))
  const lines = [`${palette.failure('✖')} ${message.join('\n').trimStart()}`]
  if (error.hint !== undefined) lines.push(wrapText(printable(error.hint), columns, '  '))
  if (verbose) lines.push(...causesOf(error).map((cause) => palette.faint(printable(cause))))
  return lines.join('\n')
}

/** The error and what led to it, outermost first, each with its stack. */
export function causesOf(error: unknown): string[] {
  const causes: string[] = []
  const seen = new Set<unknown>()
  for (let at = error; at !== undefined && at !== null && !seen.has(at); ) {
    seen.add(at)
    const title = causes.length === 0 ? '' : 'Caused by: '
    causes.push(title + (at instanceof Error ? (at.stack ?? String(at)) : String(at)))
    at = at instanceof Error ? at.cause : undefined
  }
  return causes
}
