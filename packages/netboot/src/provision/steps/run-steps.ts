import { performance } from 'node:perf_hooks'
import { KairosError, type ProgressEvent, throwIfAborted, translateError } from '@kairos-sdk/core'
import { silentLogger } from '../../servers/logger.js'
import type { ServerHost, Step } from './step.js'

/** What happens to the steps of a plan, each event with the step's `id`. */
export type StepEvent =
  | { readonly type: 'started'; readonly step: string; readonly title: string }
  | { readonly type: 'progress'; readonly step: string; readonly progress: ProgressEvent }
  | { readonly type: 'warning'; readonly step: string; readonly message: string }
  | {
      readonly type: 'done'
      readonly step: string
      readonly title: string
      /** True for what was there from an earlier run. */
      readonly reused: boolean
      readonly ms: number
    }
  | { readonly type: 'failed'; readonly step: string; readonly error: KairosError }

export interface RunStepsOptions {
  /** Stops what is going on; steps that are not done leave nothing behind. */
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: StepEvent) => void) | undefined
  /** Told what has to be let go of in the end, also after a failure; the last one first. Default: nothing ever is. */
  readonly onDefer?: ((release: () => Promise<void>) => void) | undefined
  /** Default: nothing is told of servers. */
  readonly servers?: ServerHost | undefined
}

const NO_HOST: ServerHost = { logger: silentLogger, graceMs: 0, tell: () => {}, booting: () => {} }

/** What the steps gave. */
export interface StepResults {
  /** @throws KairosError `internal` for a step that was not run */
  of<Result>(step: Step<Result>): Result
}

/**
 * Runs steps, each as soon as those that it needs are done, so that what does not depend on each other goes on at the same
 * time. When one fails the others are told to stop; its error is thrown when all have.
 *
 * @throws KairosError `argument/invalid` for a step that needs one that is not among them in front of it; `aborted`, and
 *   what the steps throw
 */
export async function runSteps(steps: readonly Step<unknown>[], options: RunStepsOptions = {}): Promise<StepResults> {
  const { onEvent = () => {}, onDefer = () => {}, servers = NO_HOST } = options
  throwIfAborted(options.signal, 'Cannot run the plan')
  checkOrder(steps)
  const failure = new AbortController()
  const signal = AbortSignal.any([failure.signal, ...(options.signal ? [options.signal] : [])])
  const results = new Map<Step<unknown>, unknown>()
  const running = new Map<Step<unknown>, Promise<void>>()
  let first: KairosError | undefined

  const resultOf = <Result>(step: Step<Result>): Result => {
    if (!results.has(step)) throw new KairosError('internal', `Step ${step.id}: its result expected, none found.`)
    return results.get(step) as Result
  }

  async function run(step: Step<unknown>, needs: readonly Promise<void>[]): Promise<void> {
    await Promise.all(needs)
    throwIfAborted(signal, step.title)
    const { id, title } = step
    const startedMs = performance.now()
    let reused = false
    onEvent({ type: 'started', step: id, title })
    results.set(
      step,
      await step.run({
        signal,
        resultOf,
        progress: (progress) => onEvent({ type: 'progress', step: id, progress }),
        warn: (message) => onEvent({ type: 'warning', step: id, message }),
        reuse: () => {
          reused = true
        },
        defer: onDefer,
        servers,
      }),
    )
    onEvent({ type: 'done', step: id, title, reused, ms: performance.now() - startedMs })
  }

  function failed(step: Step<unknown>, error: unknown): void {
    // What follows is of this one's making: the others were told to stop, or wait for what never comes.
    if (first) return
    first = translateError(error, step.title)
    onEvent({ type: 'failed', step: step.id, error: first })
    failure.abort(first)
  }

  for (const step of steps) {
    const needs = step.needs.flatMap((needed) => running.get(needed) ?? [])
    const work = run(step, needs)
    running.set(step, work)
    work.catch((error: unknown) => failed(step, error))
  }
  await Promise.allSettled(running.values())
  if (first) throw first
  return { of: resultOf }
}

/** Before anything is begun. */
function checkOrder(steps: readonly Step<unknown>[]): void {
  steps.forEach((step, index) => {
    if (step.needs.every((needed) => steps.indexOf(needed) >= 0 && steps.indexOf(needed) < index)) return
    throw new KairosError('argument/invalid', `Step ${step.id}: the steps that it needs expected in front of it.`)
  })
}
