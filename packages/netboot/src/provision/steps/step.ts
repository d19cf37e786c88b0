import type { ProgressEvent } from '@kairos-sdk/core'
import type { NetbootEvent, NetbootServer } from '../../servers/boot/index.js'
import type { HttpEvent } from '../../servers/http/index.js'
import type { Logger } from '../../servers/logger.js'

/** What a server of a run tells. */
export type ServerEvent =
  /** The server of the ISO files. */
  | { readonly of: 'iso-server'; readonly event: HttpEvent }
  /** The servers that boot machines over the network. */
  | { readonly of: 'netboot'; readonly event: NetbootEvent }

/** What servers of a run get from it. */
export interface ServerHost {
  readonly logger: Logger
  /** How long what is being sent may go on when they stop. */
  readonly graceMs: number
  tell(event: ServerEvent): void
  /** Told of the server that boots machines, as soon as it does. */
  booting(server: NetbootServer): void
}

export interface StepContext {
  /** Fires when the run is cancelled, or another step failed. */
  readonly signal: AbortSignal
  progress(event: ProgressEvent): void
  /** Something that a person should know about the result. */
  warn(message: string): void
  /** What the step is to give is there already, from an earlier run: nothing is to be done. */
  reuse(): void
  /** Has something let go of when the run ends, whatever its end is; what was begun last ends first. */
  defer(release: () => Promise<void>): void
  /** For servers that the step starts. */
  readonly servers: ServerHost
  /** What a step that this one needs gave. */
  resultOf<Result>(step: Step<Result>): Result
}

/** One piece of work of a plan. */
export interface Step<out Result> {
  /** Of its kind, and unlike that of every other step of the plan: `download`, `custom-iso`. */
  readonly id: string
  /** What it does, as a person would say it: `Download kairos-ubuntu-24.04.iso`. */
  readonly title: string
  /** Steps that must be done before it. */
  readonly needs: readonly Step<unknown>[]
  /** What it fetches, where it is not there yet: URLs without credentials, image names. */
  readonly downloads: readonly string[]
  /** Paths of the files that it leaves behind. */
  readonly writes: readonly string[]
  /** Paths of files of earlier runs that are there and not wanted any more: it removes them. */
  readonly removes: readonly string[]
  /** Where it answers: URLs, and ports with their protocol. */
  readonly serves: readonly string[]
  run(context: StepContext): Promise<Result>
}

export interface StepDefinition<Result> {
  readonly id: string
  readonly title: string
  readonly needs?: readonly Step<unknown>[]
  readonly downloads?: readonly string[]
  readonly writes?: readonly string[]
  readonly removes?: readonly string[]
  readonly serves?: readonly string[]
  run(context: StepContext): Promise<Result>
}

export function defineStep<Result>(definition: StepDefinition<Result>): Step<Result> {
  return { needs: [], downloads: [], writes: [], removes: [], serves: [], ...definition }
}
