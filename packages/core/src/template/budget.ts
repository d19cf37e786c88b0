import { TemplateFault } from './template-error.js'

/** Bounds on what a template may cost. */
export interface TemplateLimits {
  /** Largest result, and largest text that a function may make on the way, in characters. Default 4 Mi. */
  readonly maxOutput?: number
  /** Work: tokens read, nodes evaluated and elements visited, with 1 for every 64 characters handled. Default 5,000,000. */
  readonly maxSteps?: number
  /** How deep templates may call each other. Default 100. */
  readonly maxDepth?: number
}

/** Counts what one rendering costs, so that a hostile template ends with an error and not with the process. */
export class Budget {
  readonly maxOutput: number
  readonly maxDepth: number
  #steps: number

  constructor(limits: TemplateLimits = {}) {
    this.maxOutput = limits.maxOutput ?? 4 * 2 ** 20
    this.maxDepth = limits.maxDepth ?? 100
    this.#steps = limits.maxSteps ?? 5_000_000
  }

  /** @throws TemplateFault when the steps are used up */
  spend(steps: number): void {
    this.#steps -= steps
    if (this.#steps < 0) throw new TemplateFault('the template takes more steps than allowed', 'Does a loop end?')
  }

  /** Pays for a text of this many characters, before it is made. */
  spendText(length: number): void {
    if (!(length <= this.maxOutput)) {
      throw new TemplateFault(
        `the template makes a text of more than ${this.maxOutput.toLocaleString('en')} characters`,
      )
    }
    this.spend(Math.floor(length / 64))
  }
}
