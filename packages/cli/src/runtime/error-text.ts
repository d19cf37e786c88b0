import type { KairosError } from '@kairos-sdk/core'
import type { Palette } from './reporter/palette.js'
import { printable, printableLine } from './reporter/printable.js'

/** An error as people read it: what is wrong, then what to do; with `verbose` also where it comes from. */
export function describeError(error: KairosError, palette: Palette, verbose: boolean): string {
  const lines = [`${palette.failure('✖')} ${printableLine(error.message)}`]
  if (error.hint !== undefined)
    lines.push(
      ...printable(error.hint)
        .split('\n')
        .map((line) => `  ${line}`),
    )
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
