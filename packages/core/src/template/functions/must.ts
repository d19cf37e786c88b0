import type { TemplateFunction } from './signature.js'

/** Functions that sprig has under a second name too, with `must` before it: there the first one panics, or hides errors. */
const NAMES = [
  'append',
  'chunk',
  'compact',
  'deepCopy',
  'first',
  'has',
  'initial',
  'last',
  'merge',
  'mergeOverwrite',
  'prepend',
  'push',
  'regexFind',
  'regexFindAll',
  'regexMatch',
  'regexReplaceAll',
  'regexReplaceAllLiteral',
  'regexSplit',
  'rest',
  'reverse',
  'slice',
  'toJson',
  'toPrettyJson',
  'toRawJson',
  'uniq',
  'without',
]

/** The functions whose mistakes are errors here in any case, by their names with `must`. */
export function mustFunctions(
  functions: Readonly<Record<string, TemplateFunction>>,
): Readonly<Record<string, TemplateFunction>> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const definition = functions[name]
      return definition ? [[`must${name.charAt(0).toUpperCase()}${name.slice(1)}`, definition]] : []
    }),
  )
}
