import { KairosError } from '../errors/index.js'
import { Budget, type TemplateLimits } from './budget.js'
import type { Delimiters } from './delimiters.js'
import { evaluate } from './evaluate/evaluator.js'
import { templateFunctionNames, templateFunctions } from './functions/index.js'
import { placesOf } from './places.js'
import { parseTemplate } from './syntax/parser.js'
import { templateErrorAt } from './template-error.js'
import { valueOfData } from './values/from-data.js'

export interface TemplateOptions {
  /** What opens and closes actions, the longer of two that begin alike first. Default `{{ }}`. */
  readonly delimiters?: readonly Delimiters[]
  /** What the template is called in messages. Default `The template`. */
  readonly name?: string
  readonly limits?: TemplateLimits
  /** What errors show of the text: the `line`, or, where the text around templates may be secret, the `action`. Default `line`. */
  readonly shown?: 'line' | 'action'
}

export interface RenderedTemplate {
  readonly text: string
  /** Names of values that the template uses and the data does not have, in order: `.github.user`. Printed as `<no value>`. */
  readonly missing: readonly string[]
  /** The same as sentences, with line and column. */
  readonly warnings: readonly string[]
}

/**
 * Renders a template of Go's text/template, with sprig's functions. Of npm's libraries for it, go-text-template 0.2.2 has
 * no `if` and no `range` yet, and gotmpl runs a Go program: so this is our own.
 *
 * As in Go with `missingkey=zero` and data without types: a missing key is nil, which prints `<no value>`, and a field of
 * nil is an error. Left out: `call`, `js`, complex numbers; of sprig what reads the environment, the clock, the network or
 * chance (`env`, `now`, `getHostByName`, `uuidv4`, `randAlphaNum` …), since the same inputs give the same text, what has to
 * do with dates, keys and certificates, and `semver`, `semverCompare`, `urlParse`, `urlJoin`, `duration`, `durationRound`
 * and `hello` (an error says which one is left out, and why). Added as Helm has them: `required`, `toYaml`.
 *
 * Hostile templates end with an error: {@link TemplateLimits} bound what they cost, and regular expressions are matched in
 * time proportional to the text.
 *
 * @param data - what `.` and `$` are: plain objects, arrays, Maps, strings, numbers, booleans, null
 * @throws KairosError `template/invalid` with line, column and the line itself; `argument/invalid` for data that has no
 *   place in a template
 */
export function renderTemplate(text: string, data: unknown, options: TemplateOptions = {}): RenderedTemplate {
  const source = { name: options.name ?? 'The template', text, shown: options.shown }
  const missing = new Map<string, number>()
  try {
    const budget = new Budget(options.limits)
    const tree = parseTemplate(source, templateFunctionNames, budget, options.delimiters)
    const output = evaluate(
      {
        source,
        tree,
        functions: templateFunctions,
        budget,
        onMissing: ({ path, offset }) => {
          if (!missing.has(path)) missing.set(path, offset)
        },
      },
      valueOfData(data),
    )
    return { text: output, ...describeMissing(missing, text) }
  } catch (error) {
    if (KairosError.is(error)) throw error
    if (error instanceof RangeError) throw templateErrorAt(source, 0, 'it is nested too deeply', { cause: error })
    throw error
  }
}

/** @param missing - by name, where it is first asked for */
function describeMissing(
  missing: ReadonlyMap<string, number>,
  text: string,
): Pick<RenderedTemplate, 'missing' | 'warnings'> {
  const places = placesOf(text, missing.values())
  const warnings = [...missing].map(([path, offset]) => {
    const { line, column } = places.get(offset) ?? { line: 1, column: 1 }
    return `${path} has no value (line ${line}, column ${column}): it becomes <no value>`
  })
  return { missing: [...missing.keys()], warnings }
}
