import { KairosError } from '../errors/index.js'

/** A template's text and what it is called in messages. */
export interface TemplateSource {
  readonly name: string
  readonly text: string
}

/** Why a value could not be computed; the evaluator says where. */
export class TemplateFault extends Error {
  readonly hint: string | undefined

  constructor(problem: string, hint?: string) {
    super(problem)
    this.hint = hint
  }
}

/** Longest piece of the source line that a message shows, in characters. */
const SHOWN_LINE = 120

/** An error at an offset of the template: line and column from 1, and the line itself, which is the author's own text. */
export function templateErrorAt(
  source: TemplateSource,
  offset: number,
  problem: string,
  options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
): KairosError {
  const before = source.text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  const column = [...before.slice(start)].length + 1
  const end = source.text.indexOf('\n', start)
  const sourceLine = source.text.slice(start, end === -1 ? undefined : end).trim()
  const shown = sourceLine.length > SHOWN_LINE ? `${sourceLine.slice(0, SHOWN_LINE)}…` : sourceLine
  return new KairosError(
    'template/invalid',
    `${source.name}, line ${line}, column ${column}: ${problem}.\n  ${line} | ${shown}`,
    options,
  )
}
