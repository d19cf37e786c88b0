import type { Finding } from '@kairos-sdk/netboot/doctor'
import type { Palette } from '../../runtime/reporter/palette.js'
import { printable, printableLine } from '../../runtime/reporter/printable.js'
import { wrapText } from '../../runtime/reporter/wrap-text.js'

export interface FindingsTextOptions {
  readonly palette: Palette
  /** Of the terminal; undefined for a pipe. */
  readonly columns: number | undefined
}

/** Findings for people, each with what to do indented under it; what helps with several things is said once. */
export function findingsText(findings: readonly Finding[], { palette, columns }: FindingsTextOptions): string {
  const marks = { ok: palette.success('✔'), warning: palette.warning('!'), problem: palette.failure('✖') }
  const said = new Set<string>()
  return findings
    .map(({ level, found, advice }) => {
      const text = wrapText(printableLine(found), columns, '  ').trimStart()
      const line = `${marks[level]} ${level === 'ok' ? palette.faint(text) : text}\n`
      if (advice === undefined) return line
      const todo = said.has(advice) ? 'What helps is said above.' : printable(advice)
      said.add(advice)
      return `${line}${wrapText(todo, columns, '  ')}\n`
    })
    .join('')
}
