import { translateError } from '@kairos-sdk/core'
import type { MachineState, NetbootServer } from '../../servers/boot/index.js'
import { createEventStream, type Unsubscribe } from '../../servers/event-stream.js'
import { type Logger, silentLogger } from '../../servers/logger.js'
import type { Plan } from '../plan/plan.js'
import type { ProvisionResults } from '../results.js'
import { runSteps } from '../steps/index.js'
import type { ProvisionEvent } from './provision-event.js'

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
export function provision(plan: Plan, options: ProvisionOptions = {}): Provisioning {
  const { logger = silentLogger, graceMs = 2_000 } = options
  const events = createEventStream<ProvisionEvent>(logger)
  if (options.onEvent) events.on(options.onEvent)
  const stopping = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal
  const held: (() => Promise<void>)[] = []
  const warnings = new Set(plan.warnings)
  let netboot: NetbootServer | undefined

  const ready = begin()
  const done = ready.then(async (results) => {
    if (results.isoServer || results.netboot) await aborted(signal)
    await end()
    return results
  })
  // Who waits for one of them only must not be told of the other by the end of the process.
  for (const promise of [ready, done]) promise.catch(() => undefined)

  async function begin(): Promise<ProvisionResults> {
    // Whoever begins to listen right after the call hears everything.
    await Promise.resolve()
    try {
      return await make()
    } catch (error) {
      await end()
      throw error
    }
  }

  async function make(): Promise<ProvisionResults> {
    const { of } = await runSteps(plan.steps, {
      signal,
      onEvent(event) {
        // Of images that are made alike the same is true: it is said once.
        if (event.type === 'warning' && warnings.has(event.message)) return
        if (event.type === 'warning') warnings.add(event.message)
        events.emit({ of: 'step', event })
      },
      onDefer: (release) => void held.push(release),
      servers: {
        logger,
        graceMs,
        tell: events.emit,
        booting(server) {
          netboot = server
        },
      },
    })
    const { state, isoServer, netboot: netbootStep, files } = plan.parts
    // From here on nothing is written any more.
    await of(state).release()
    const server = isoServer && of(isoServer)
    const boot = netbootStep && of(netbootStep)
    const results: ProvisionResults = {
      system: plan.system,
      files: files.flatMap((step) => of(step).files),
      isoServer: server && { ...server.endpoints, files: server.files() },
      netboot: boot?.endpoints,
      warnings: [...warnings],
    }
    server?.ready()
    events.emit({ of: 'run', event: { type: 'ready', results } })
    return results
  }

  let ended: Promise<void> | undefined
  function end(): Promise<void> {
    ended ??= letGo()
    return ended
  }

  async function letGo(): Promise<void> {
    if (held.length > 0) events.emit({ of: 'run', event: { type: 'stopping' } })
    for (const release of held.splice(0).reverse()) {
      await release().catch((error: unknown) => {
        logger.warn(translateError(error, 'Cannot stop cleanly').message)
      })
    }
    events.emit({ of: 'run', event: { type: 'stopped' } })
  }

  async function stop(): Promise<void> {
    stopping.abort()
    await done.catch(() => undefined)
  }

  return { ready, done, on: events.on, machines: () => netboot?.machines() ?? [], stop, [Symbol.asyncDispose]: stop }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
