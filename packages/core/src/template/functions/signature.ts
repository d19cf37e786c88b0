import type { Budget } from '../budget.js'
import { TemplateFault } from '../template-error.js'
import { GoMap, Missing, typeOf, type Value } from '../values/value.js'

/** What a function can ask for, by Go's name of the type, and what it is given. */
interface Types {
  any: Value
  string: string
  int: bigint
  bool: boolean
  float64: number
  map: GoMap
}

type TypeName = keyof Types
type Given<Parameters extends readonly TypeName[]> = { [Index in keyof Parameters]: Types[Parameters[Index]] }

/** An argument, and whether it is a number written in the template, which takes the type that is asked for. */
export interface Argument {
  readonly value: Value
  readonly isConstant: boolean
}

export interface TemplateFunction {
  /** The least and the most arguments. */
  readonly arity: readonly [number, number]
  /** It asks whether there is a value: a missing key is no mistake there. */
  readonly asks: boolean
  readonly call: (budget: Budget, args: readonly Argument[]) => Value
}

/** A function with as many parameters as given. */
export function fixed<const Parameters extends readonly TypeName[]>(
  parameters: Parameters,
  run: (budget: Budget, ...args: Given<Parameters>) => Value,
): TemplateFunction {
  return {
    arity: [parameters.length, parameters.length],
    asks: false,
    call: (budget, args) =>
      run(
        budget,
        ...(args.map((arg, index) => convert(arg, parameters[index] ?? 'any', index)) as unknown as Given<Parameters>),
      ),
  }
}

/** A function that takes further arguments of one type. */
export function variadic<const Parameters extends readonly TypeName[], Rest extends TypeName>(
  parameters: Parameters,
  rest: Rest,
  run: (budget: Budget, ...args: [...Given<Parameters>, ...Types[Rest][]]) => Value,
): TemplateFunction {
  return {
    arity: [parameters.length, Number.POSITIVE_INFINITY],
    asks: false,
    call: (budget, args) =>
      run(
        budget,
        ...(args.map((arg, index) => convert(arg, parameters[index] ?? rest, index)) as unknown as [
          ...Given<Parameters>,
          ...Types[Rest][],
        ]),
      ),
  }
}

/** The same function, for which a missing key is an answer and no mistake. */
export function asking(definition: TemplateFunction): TemplateFunction {
  return { ...definition, asks: true }
}

function convert({ value, isConstant }: Argument, type: TypeName, index: number): Value {
  if (type === 'any') return value instanceof Missing ? null : value
  if (value instanceof Missing) {
    throw new TemplateFault(
      `${name(type)} expected as argument ${index + 1}, ${value.path} is missing`,
      value.setting === undefined
        ? `Give it a value, or write: default "" ${value.path}`
        : `Give it a value, for example --set ${value.setting}=…, or write: default "" ${value.path}`,
    )
  }
  const fits = converted(value, type, isConstant)
  if (fits !== undefined) return fits
  throw new TemplateFault(
    `${name(type)} expected as argument ${index + 1}, ${typeOf(value)} found`,
    CONVERSIONS[type] && `Convert it: ${CONVERSIONS[type]}`,
  )
}

const CONVERSIONS: Partial<Record<TypeName, string>> = {
  string: 'toString',
  int: 'int',
  float64: 'float64',
}

function converted(value: Value, type: TypeName, isConstant: boolean): Value | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined
    case 'bool':
      return typeof value === 'boolean' ? value : undefined
    case 'map':
      // A map of texts is another type to Go.
      return value instanceof GoMap && value.element === 'interface {}' ? value : undefined
    case 'int':
      if (typeof value === 'bigint') return value
      return isConstant && Number.isSafeInteger(value) ? BigInt(value as number) : undefined
    case 'float64':
      return typeof value === 'number' ? value : isConstant && typeof value === 'bigint' ? Number(value) : undefined
    default:
      return value
  }
}

function name(type: TypeName): string {
  return { any: 'a value', string: 'a string', int: 'an int', bool: 'a bool', float64: 'a float64', map: 'a map' }[type]
}

/** A size or index as a JavaScript number; one that no text or list can have stays out of range. */
export function size(value: bigint): number {
  return Number(value)
}
