import { builtinFunctions } from './builtin.js'
import { comparisonFunctions } from './comparison.js'
import { encodingFunctions } from './encoding.js'
import { flowFunctions } from './flow.js'
import { listFunctions } from './lists.js'
import { mapFunctions } from './maps.js'
import { numberFunctions } from './numbers.js'
import { patternFunctions } from './patterns.js'
import type { TemplateFunction } from './signature.js'
import { stringFunctions } from './strings.js'

/** Evaluated by the evaluator itself, since they stop at the argument that decides. */
const JUNCTIONS = ['and', 'or']

const defined = Object.entries({
  ...builtinFunctions,
  ...comparisonFunctions,
  ...flowFunctions,
  ...stringFunctions,
  ...listFunctions,
  ...mapFunctions,
  ...numberFunctions,
  ...encodingFunctions,
  ...patternFunctions,
})

/** Every function by its name. A Map: `constructor` is none. */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map(defined)

/** Every name that a template may call. */
export const templateFunctionNames: ReadonlySet<string> = new Set([...templateFunctions.keys(), ...JUNCTIONS])
