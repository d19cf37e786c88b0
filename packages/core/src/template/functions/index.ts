import { builtinFunctions } from './builtin.js'
import { comparisonFunctions } from './comparison.js'
import { encodingFunctions } from './encoding.js'
import { flowFunctions } from './flow.js'
import { letterCaseFunctions } from './letter-case.js'
import { listFunctions } from './lists.js'
import { mapFunctions } from './maps.js'
import { mustFunctions } from './must.js'
import { numberFunctions } from './numbers.js'
import { pathFunctions } from './paths.js'
import { patternFunctions } from './patterns.js'
import type { TemplateFunction } from './signature.js'
import { stringFunctions } from './strings.js'

/** Evaluated by the evaluator itself, since they stop at the argument that decides. */
const JUNCTIONS = ['and', 'or']

const own = {
  ...builtinFunctions,
  ...comparisonFunctions,
  ...flowFunctions,
  ...stringFunctions,
  ...listFunctions,
  ...mapFunctions,
  ...numberFunctions,
  ...encodingFunctions,
  ...patternFunctions,
  ...letterCaseFunctions,
  ...pathFunctions,
}

/** Every function by its name. A Map: `constructor` is none. */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map(
  Object.entries({ ...own, ...mustFunctions(own) }),
)

/** Every name that a template may call. */
export const templateFunctionNames: ReadonlySet<string> = new Set([...templateFunctions.keys(), ...JUNCTIONS])
