/** What a node can take an untagged scalar for, by YAML's names of the types. */
export type ScalarType = 'null' | 'bool' | 'int' | 'float' | 'timestamp' | 'str'

/**
 * The type that a node finds in a scalar. It reads with Go's yaml.v3, whose rules are YAML 1.2's core schema with what is
 * left of 1.1: underscores in numbers, old octal and binary numbers, dates.
 */
export function scalarType(text: string): ScalarType {
  if (/^(|~|null|Null|NULL)$/.test(text)) return 'null'
  if (/^(true|True|TRUE|false|False|FALSE)$/.test(text)) return 'bool'
  if (/^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/.test(text)) return 'float'
  if (/^\d{4}-\d\d?-\d\d?([Tt ]|$)/.test(text) && !Number.isNaN(Date.parse(text.replace(/ +/, 'T')))) return 'timestamp'
  if (!/^[-+.\d]/.test(text)) return 'str'
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '')
  if (/^[-+]?(0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9]\d*)$/.test(plain)) return fits(plain) ? 'int' : 'float'
  return /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(plain) ? 'float' : 'str'
}

/** Whether a whole number is one of 64 bits; Go reads larger ones as floats. */
function fits(text: string): boolean {
  const [, sign, digits = ''] = /^([-+]?)(.*)$/.exec(text) ?? []
  if (digits.length > 70) return false
  const value = BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits)
  if (sign === '-') return value <= 2n ** 63n
  return value < (sign === '' ? 2n ** 64n : 2n ** 63n)
}
