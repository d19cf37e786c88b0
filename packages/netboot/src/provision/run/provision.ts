import { KairosError } from '@kairos-sdk/core'
import type { MachineState } from '../../servers/boot/index.js'
import type { Unsubscribe } from '../../servers/event-stream.js'
import type { Logger } from '../../servers/logger.js'
import type { Plan } from '../plan/plan.js'
import type { ProvisionEvent } from './provision-event.js'
import type { ProvisionResults } from './results.js'

export interface ProvisionOptions {
  /** While something is being made: breaks it off. While serving: as `stop()`. */
  readonly signal?: AbortSignal | undefined
  /** Told of every event from the first one on. */
  readonly onEvent?: ((event: ProvisionEvent) => void) | undefined
  /** Gets the lines of the servers, in the words of the manual. Default: nothing is said. */
  readonly logger?: Logger | undefined
  /** How long what is being sent may go on when the servers stop. Default 2,000 ms. */
  readonly graceMs?: number | undefined
}

/** A run under way. */
export interface Provisioning extends AsyncDisposable {
  /**
   * Settles when everything is made and every server answers. Rejects with what went wrong, or with `aborted`, when all is
   * stopped.
   */
  readonly ready: Promise<ProvisionResults>
  /**
   * Settles when the run has ended: with nothing to serve as soon as everything is made, else when it was stopped. Rejects as
   * `ready`.
   */
  readonly done: Promise<ProvisionResults>
  /** Tells a listener of every event from now on. */
  on(listener: (event: ProvisionEvent) => void): Unsubscribe
  /** The machines that network boot has seen, in the order in which they came first. */
  machines(): readonly MachineState[]
  /** Stops everything, servers in reverse order; settles when it is done, and never rejects. */
  stop(): Promise<void>
}

/**
 * Does what a plan says, steps that do not need each other at the same time; what is there from an earlier run is not done
 * again. Then serves until it is stopped.
 *
 *     const plan = await planProvision(await readConfiguration({ set: ['container_image=quay.io/…'] }))
 *     await using run = provision(plan, { onEvent: ({ of, event }) => console.log(of, event.type) })
 *     await run.done
 *
 * Of two runs with one state directory the second waits with what it makes until the first has made its own.
 */
export function provision(_plan: Plan, _options: ProvisionOptions = {}): Provisioning {
  throw new KairosError('internal', 'Not there yet.')
}
