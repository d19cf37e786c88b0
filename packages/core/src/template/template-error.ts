import { KairosError } from '../errors/index.js'

/** A template's text and what it is called in messages. */
export interface TemplateSource {
  readonly name: string
  readonly text: string
  /** What a message shows of the text: the whole line, or, where the text around a template is secret, the action. Default `line`. */
  readonly shown?: 'line' | 'action' | undefined
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
  const wholeLine = source.text.slice(start, end === -1 ? undefined : end)
  const sourceLine = source.shown === 'action' ? actionAt(wholeLine, offset - start) : wholeLine.trim()
  const shown = sourceLine.length > SHOWN_LINE ? `${sourceLine.slice(0, SHOWN_LINE)}…` : sourceLine
  const message = `${source.name}, line ${line}, column ${column}: ${problem}.`
  return new KairosError('template/invalid', shown === '' ? message : [message, `  ${line} | ${shown}`], options)
}

/** The action of `[[ ]]` that a column is in, or nothing where it does not begin and end in the line. */
function actionAt(line: string, column: number): string {
  const start = line.lastIndexOf('[[', line.startsWith('[[', column) ? column : column - 1)
  const end = line.indexOf(']]', Math.max(start, 0))
  return start === -1 || end === -1 || end + 1 < column ? '' : line.slice(start, end + 2)
}
