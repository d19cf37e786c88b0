import type { ProvisionResults } from '../results.js'
import type { ServerEvent, StepEvent } from '../steps/index.js'

/** What becomes of a run as a whole. */
export type RunEvent =
  /** Everything is made, and every server answers. */
  | { readonly type: 'ready'; readonly results: ProvisionResults }
  /** The servers answer no more; what is being sent has a moment to arrive. */
  | { readonly type: 'stopping' }
  /** The last event of all. */
  | { readonly type: 'stopped' }

/**
 * All that happens in a run, in one stream: by what it is of, the event as its own part tells it. None holds a secret.
 */
export type ProvisionEvent =
  | { readonly of: 'step'; readonly event: StepEvent }
  | ServerEvent
  | { readonly of: 'run'; readonly event: RunEvent }
