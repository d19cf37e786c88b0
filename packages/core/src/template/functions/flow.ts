import { TemplateFault } from '../template-error.js'
import { deepCopy } from '../values/copy.js'
import { deepEqual } from '../values/equal.js'
import { isTrue, kindOf, typeOf } from '../values/value.js'
import { asking, fixed, type TemplateFunction, variadic } from './signature.js'

/** sprig's defaults, choices and questions about types, and `required` as Helm has it. */
export const flowFunctions: Readonly<Record<string, TemplateFunction>> = {
  default: asking(
    variadic(['any'], 'any', (_budget, fallback, ...given) =>
      given[0] !== undefined && isTrue(given[0]) ? given[0] : fallback,
    ),
  ),
  empty: asking(fixed(['any'], (_budget, value) => !isTrue(value))),
  coalesce: asking(variadic([], 'any', (_budget, ...values) => values.find(isTrue) ?? null)),
  all: asking(variadic([], 'any', (_budget, ...values) => values.every(isTrue))),
  any: asking(variadic([], 'any', (_budget, ...values) => values.some(isTrue))),
  ternary: asking(fixed(['any', 'any', 'bool'], (_budget, yes, no, condition) => (condition ? yes : no))),
  required: asking(
    fixed(['string', 'any'], (_budget, message, value) => {
      if (value === null || value === '') throw new TemplateFault(message)
      return value
    }),
  ),
  fail: fixed(['string'], (_budget, message) => {
    throw new TemplateFault(message)
  }),
  kindOf: asking(fixed(['any'], (_budget, value) => kindOf(value))),
  kindIs: asking(fixed(['string', 'any'], (_budget, kind, value) => kindOf(value) === kind)),
  typeOf: asking(fixed(['any'], (_budget, value) => typeOf(value))),
  typeIs: asking(fixed(['string', 'any'], (_budget, type, value) => typeOf(value) === type)),
  // It looks through pointers too, which no value is.
  typeIsLike: asking(fixed(['string', 'any'], (_budget, type, value) => typeOf(value) === type)),
  deepCopy: fixed(['any'], (budget, value) => deepCopy(value, budget)),
  deepEqual: fixed(['any', 'any'], (budget, a, b) => deepEqual(a, b, budget)),
}
