import { Scalar, stringify } from 'yaml'
import { scalarType } from '../../cloud-config/scalar-type.js'
import type { Budget } from '../budget.js'
import { TemplateFault } from '../template-error.js'
import { GoList, GoMap, integerOf, Missing, type Value } from '../values/value.js'

/** What Go's YAML refuses or takes for a line's end, and the library writes as it is. */
const UNWRITABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g

const MAX_DEPTH = 200

/** A value as YAML that reads back as the same, by the rules of YAML 1.1 and 1.2 and of Go's yaml.v3. */
export function toYaml(value: Value, budget: Budget): string {
  const data = plainData(value, budget)
  return (
    stringify(data, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' })
      .replace(/\n$/, '')
      // Only texts in double quotes have any.
      .replace(UNWRITABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  )
}

function plainData(value: Value, budget: Budget, depth = 0): unknown {
  budget.spend(1)
  if (depth > MAX_DEPTH) throw new TemplateFault('a value is nested too deeply')
  if (value instanceof Missing) return null
  if (typeof value === 'string') return text(value)
  if (value instanceof GoList) return value.items.map((item) => plainData(item, budget, depth + 1))
  if (value instanceof GoMap) {
    return new Map(value.sorted().map(([key, item]) => [text(key), plainData(item, budget, depth + 1)]))
  }
  return integerOf(value) ?? value
}

function text(value: string): string | Scalar {
  const wellFormed = value.toWellFormed()
  if (scalarType(wellFormed) === 'str' && wellFormed.search(UNWRITABLE) === -1) return wellFormed
  const quoted = new Scalar(wellFormed)
  quoted.type = Scalar.QUOTE_DOUBLE
  return quoted
}
