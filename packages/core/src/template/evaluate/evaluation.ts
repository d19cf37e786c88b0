import type { Budget } from '../budget.js'
import type { TemplateFunction } from '../functions/signature.js'
import type { Tree } from '../syntax/node.js'
import type { TemplateSource } from '../template-error.js'
import type { Missing } from '../values/value.js'

/** What a template is rendered with, beside its data. */
export interface Evaluation {
  readonly source: TemplateSource
  readonly tree: Tree
  readonly functions: ReadonlyMap<string, TemplateFunction>
  readonly budget: Budget
  /** Told of a key that is missing where its value was needed. */
  readonly onMissing: (missing: Missing) => void
}
