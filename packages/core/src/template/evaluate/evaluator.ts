import { formatValue } from '../format/print.js'
import type { BranchNode, Node, Pipeline, TemplateNode } from '../syntax/node.js'
import { TemplateFault, templateErrorAt } from '../template-error.js'
import { GoList, GoMap, integerOf, isTrue, Missing, typeOf, type Value } from '../values/value.js'
import type { Evaluation } from './evaluation.js'
import { PipelineEvaluator } from './pipeline-evaluator.js'
import { Variables } from './variables.js'

/** What a `break` or `continue` asks of the range around it. */
type Jump = 'break' | 'continue' | undefined

/** Blocks, parentheses and calls that are inside of each other at one time. */
const MAX_STACK = 500

/** Renders a tree with its data as `.` and `$`. */
export function evaluate(evaluation: Evaluation, data: Value): string {
  return new Evaluator(evaluation, data).run()
}

class Evaluator {
  readonly #evaluation: Evaluation
  readonly #data: Value
  readonly #pipelines: PipelineEvaluator
  readonly #output: string[] = []
  #length = 0
  #calls = 0
  #stack = 0

  constructor(evaluation: Evaluation, data: Value) {
    this.#evaluation = evaluation
    this.#data = data
    this.#pipelines = new PipelineEvaluator(evaluation, data)
  }

  run(): string {
    this.#walk(this.#evaluation.tree.body, this.#data, new Variables(this.#data))
    return this.#output.join('')
  }

  #walk(nodes: readonly Node[], dot: Value, variables: Variables): Jump {
    for (const node of nodes) {
      const jump = this.#node(node, dot, variables)
      if (jump) return jump
    }
    return undefined
  }

  #node(node: Node, dot: Value, variables: Variables): Jump {
    if (node.type === 'text') {
      this.#at(0, () => this.#write(node.text))
      return undefined
    }
    this.#at(node.offset, () => this.#evaluation.budget.spend(1))
    switch (node.type) {
      case 'break':
      case 'continue':
        return node.type
      case 'action':
        this.#action(node.pipeline, dot, variables)
        return undefined
      case 'template':
        this.#call(node, dot, variables)
        return undefined
      default:
        return this.#inside(node.offset, () => this.#branch(node, dot, variables))
    }
  }

  #action(pipeline: Pipeline, dot: Value, variables: Variables): void {
    const value = this.#pipelines.evaluate(pipeline, dot, variables)
    if (pipeline.variables.length > 0) return
    if (value instanceof Missing) this.#evaluation.onMissing(value)
    const { budget } = this.#evaluation
    this.#at(pipeline.offset, () => {
      this.#write(value === null || value instanceof Missing ? '<no value>' : formatValue(value, budget))
    })
  }

  #branch(node: BranchNode, dot: Value, variables: Variables): Jump {
    const mark = variables.mark()
    try {
      // The variables of a range take each element in turn, not the whole.
      const value = this.#pipelines.evaluate(node.pipeline, dot, variables, node.type !== 'range')
      if (node.type === 'range') return this.#range(node, value, dot, variables)
      if (isTrue(value)) return this.#walk(node.body, node.type === 'with' ? value : dot, variables)
      return node.otherwise && this.#walk(node.otherwise, dot, variables)
    } finally {
      variables.release(mark)
    }
  }

  #range(node: BranchNode, over: Value, dot: Value, variables: Variables): Jump {
    const elements = this.#elements(node, over)
    let isEmpty = true
    const mark = variables.mark()
    for (const [key, element] of elements) {
      isEmpty = false
      this.#at(node.offset, () => this.#evaluation.budget.spend(1))
      this.#setRangeVariables(node.pipeline, key, element, variables)
      const jump = this.#walk(node.body, element, variables)
      variables.release(mark)
      if (jump === 'break') break
    }
    return isEmpty && node.otherwise ? this.#walk(node.otherwise, dot, variables) : undefined
  }

  #setRangeVariables({ variables: names, assigns }: Pipeline, key: Value, element: Value, variables: Variables): void {
    const [first, second] = names
    const set = (name: string, value: Value) =>
      assigns ? variables.assign(name, value) : variables.declare(name, value)
    if (first !== undefined) set(first, second === undefined ? element : key)
    if (second !== undefined) set(second, element)
  }

  *#elements(node: BranchNode, over: Value): Generator<[Value, Value]> {
    const count = integerOf(over)
    if (over === null || over instanceof Missing) return
    if (over instanceof GoList) {
      for (const [index, item] of over.items.entries()) yield [BigInt(index), item]
    } else if (over instanceof GoMap) {
      // All of it is put in order, even for a loop that ends at once.
      this.#at(node.offset, () => this.#evaluation.budget.spend(over.entries.size))
      yield* over.sorted()
    } else if (count !== undefined) {
      if (node.pipeline.variables.length > 1) {
        throw this.#fail(node.offset, new TemplateFault('a range over a number has only one variable'))
      }
      for (let index = 0n; index < count; index++) yield [index, index]
    } else {
      throw this.#fail(node.offset, new TemplateFault(`range goes over a list, map or int, ${typeOf(over)} found`))
    }
  }

  #call(node: TemplateNode, dot: Value, variables: Variables): void {
    const { tree, budget } = this.#evaluation
    const body = tree.definitions.get(node.name)
    if (!body) throw this.#fail(node.offset, new TemplateFault(`there is no template ${JSON.stringify(node.name)}`))
    const value = node.pipeline ? this.#pipelines.evaluate(node.pipeline, dot, variables) : null
    if (this.#calls >= budget.maxDepth) {
      throw this.#fail(node.offset, new TemplateFault(`templates call each other more than ${budget.maxDepth} deep`))
    }
    this.#calls++
    this.#inside(node.offset, () => this.#walk(body, value, new Variables(value)))
    this.#calls--
  }

  #write(text: string): void {
    this.#length += text.length
    this.#evaluation.budget.spendText(this.#length > this.#evaluation.budget.maxOutput ? this.#length : text.length)
    this.#output.push(text)
  }

  #inside<Result>(offset: number, run: () => Result): Result {
    if (++this.#stack > MAX_STACK) throw this.#fail(offset, new TemplateFault('blocks and calls are nested too deeply'))
    const result = run()
    this.#stack--
    return result
  }

  #at<Result>(offset: number, run: () => Result): Result {
    try {
      return run()
    } catch (error) {
      throw error instanceof TemplateFault ? this.#fail(offset, error) : error
    }
  }

  #fail(offset: number, fault: TemplateFault) {
    return templateErrorAt(this.#evaluation.source, offset, fault.message, { hint: fault.hint, cause: fault })
  }
}
