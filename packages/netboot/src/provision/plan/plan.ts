import type { Configuration } from '../configuration/index.js'
import type { Step } from '../steps/index.js'
import type { PlanParts } from './plan-parts.js'
import type { PlannedMachine } from './planned-machine.js'

/** What a run is to do. Nothing is done yet. */
export interface Plan {
  readonly configuration: Configuration
  /** What system it is, as far as it is known before: the name of the release's files, or the image as given. */
  readonly system: string
  /** In an order in which they could be done; each has what it downloads, writes and serves. */
  readonly steps: readonly Step<unknown>[]
  /** The steps that others ask for results, by what they are. */
  readonly parts: PlanParts
  readonly machines: readonly PlannedMachine[]
  /** The cloud config of all machines, rendered; undefined for none. A secret: its values are not to be shown. */
  readonly cloudConfig: string | undefined
  /** What a person should know beforehand, as sentences. */
  readonly warnings: readonly string[]
}
