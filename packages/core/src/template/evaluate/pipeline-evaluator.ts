import type { Argument, TemplateFunction } from '../functions/signature.js'
import type { Command, Operand, Pipeline } from '../syntax/node.js'
import { TemplateFault, templateErrorAt } from '../template-error.js'
import { GoMap, isTrue, Missing, typeOf, type Value } from '../values/value.js'
import type { Evaluation } from './evaluation.js'
import type { Variables } from './variables.js'

/** Where a pipeline is evaluated. */
interface Scope {
  readonly dot: Value
  readonly variables: Variables
}

/** Computes the value of what stands in an action. */
export class PipelineEvaluator {
  readonly #evaluation: Evaluation
  readonly #root: Value

  /** @param root - all of the data, from which settings have their names */
  constructor(evaluation: Evaluation, root: Value) {
    this.#evaluation = evaluation
    this.#root = root
  }

  evaluate(pipeline: Pipeline, dot: Value, variables: Variables, setsVariables = true): Value {
    const scope = { dot, variables }
    let piped: Argument | undefined
    for (const command of pipeline.commands) piped = { value: this.#command(command, scope, piped), isConstant: false }
    const value = piped?.value ?? null
    if (setsVariables) {
      for (const name of pipeline.variables) {
        if (pipeline.assigns) variables.assign(name, value)
        else variables.declare(name, value)
      }
    }
    return value
  }

  #command({ operands }: Command, scope: Scope, piped: Argument | undefined): Value {
    const [first, ...rest] = operands
    if (!first) return null
    if (first.kind === 'function') return this.#function(first, rest, scope, piped)
    if (rest.length > 0 || piped) {
      throw this.#fail(
        rest[0]?.offset ?? first.offset,
        new TemplateFault('only a function takes arguments', 'Is a | or a pair of parentheses missing?'),
      )
    }
    if (first.kind === 'nil') throw this.#fail(first.offset, new TemplateFault('nil alone says nothing'))
    return this.#operand(first, scope)
  }

  #operand(operand: Operand, scope: Scope): Value {
    switch (operand.kind) {
      case 'dot':
        return scope.dot
      case 'nil':
        return null
      case 'constant':
        return operand.value
      case 'function':
        return this.#function(operand, [], scope, undefined)
      case 'field':
        return this.#fields(scope.dot, operand.path, '', operand.offset)
      case 'variable': {
        const name = operand.name === '$' ? '' : operand.name
        return this.#fields(scope.variables.get(operand.name), operand.path, name, operand.offset)
      }
      default: {
        const value = this.evaluate(operand.pipeline, scope.dot, scope.variables)
        if (operand.path.length === 0) return value
        // Unlike a field of a field, a field of a nil in parentheses is nil to Go.
        if (value === null || value instanceof Missing)
          return new Missing(`(…).${operand.path.join('.')}`, operand.offset, undefined)
        return this.#fields(value, operand.path, '(…)', operand.offset)
      }
    }
  }

  #fields(value: Value, path: readonly string[], name: string, offset: number): Value {
    let current = value
    for (const [index, field] of path.entries()) {
      const reached = path.slice(0, index)
      // Where `.` is a part of the data, its fields have other names from the root.
      const setting = value === this.#root ? [...reached, field].join('.') : undefined
      current = this.#field(current, field, { written: [name, ...reached].join('.'), setting, offset })
    }
    return current
  }

  /** @param at - what is written before the field, and what the field is called as a setting */
  #field(
    value: Value,
    field: string,
    at: { readonly written: string; readonly setting: string | undefined; readonly offset: number },
  ): Value {
    const { written, setting, offset } = at
    if (value instanceof GoMap) {
      const found = value.entries.get(field)
      if (found !== undefined) return found
      return value.element === 'string' ? '' : new Missing(`${written}.${field}`, offset, setting)
    }
    const owner = value instanceof Missing ? value.path : written || '.'
    if (value === null || value instanceof Missing) {
      const name = value instanceof Missing && value.setting !== undefined ? `${value.setting}.${field}` : setting
      throw this.#fail(
        offset,
        new TemplateFault(
          `${owner} is missing, so it has no .${field}`,
          name === undefined ? undefined : `Give it a value: --set ${name}=…`,
        ),
      )
    }
    throw this.#fail(offset, new TemplateFault(`${owner} is of type ${typeOf(value)} and has no .${field}`))
  }

  #function(
    operand: Operand & { kind: 'function' },
    rest: readonly Operand[],
    scope: Scope,
    piped: Argument | undefined,
  ): Value {
    if (operand.name === 'and' || operand.name === 'or') return this.#junction(operand, rest, scope, piped)
    const definition = this.#evaluation.functions.get(operand.name)
    if (!definition) throw this.#fail(operand.offset, new TemplateFault(`there is no function ${operand.name}`))
    this.#checkArity(operand, definition, rest.length + (piped ? 1 : 0))
    const args = rest.map((argument) => ({
      value: this.#operand(argument, scope),
      isConstant: argument.kind === 'constant',
    }))
    if (piped) args.push(piped)
    if (!definition.asks) {
      for (const { value } of args) if (value instanceof Missing) this.#evaluation.onMissing(value)
    }
    return this.#call(operand, definition, args)
  }

  #call(operand: Operand & { kind: 'function' }, definition: TemplateFunction, args: readonly Argument[]): Value {
    const { budget } = this.#evaluation
    try {
      let handled = 0
      for (const { value } of args) if (typeof value === 'string') handled += value.length
      budget.spend(1 + Math.floor(handled / 64))
      const result = definition.call(budget, args)
      if (typeof result === 'string') budget.spendText(result.length)
      return result
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error
      throw this.#fail(operand.offset, new TemplateFault(`${operand.name}: ${error.message}`, error.hint))
    }
  }

  /** `and` and `or`: the argument that decides, and nothing behind it is evaluated. */
  #junction(
    operand: Operand & { kind: 'function' },
    rest: readonly Operand[],
    scope: Scope,
    piped: Argument | undefined,
  ): Value {
    const isOr = operand.name === 'or'
    if (rest.length === 0 && !piped)
      throw this.#fail(operand.offset, new TemplateFault(`${operand.name} needs a value`))
    let value: Value = null
    for (const argument of rest) {
      value = this.#operand(argument, scope)
      if (isTrue(value) === isOr) return value
    }
    return piped ? piped.value : value
  }

  #checkArity(
    operand: Operand & { kind: 'function' },
    { arity: [least, most] }: TemplateFunction,
    count: number,
  ): void {
    if (count >= least && count <= most) return
    const expected =
      least === most ? String(least) : most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`
    throw this.#fail(operand.offset, new TemplateFault(`${operand.name} takes ${expected} arguments, ${count} given`))
  }

  #fail(offset: number, fault: TemplateFault) {
    return templateErrorAt(this.#evaluation.source, offset, fault.message, { hint: fault.hint, cause: fault })
  }
}
