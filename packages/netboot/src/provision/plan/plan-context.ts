import type { FileSource } from '../../bytes/file-source.js'
import type { Configuration } from '../configuration/index.js'
import type { IsoServer } from '../iso-server/index.js'
import type { ResultFile } from '../results.js'
import type { HeldState, StatePaths } from '../state/index.js'
import type { Step } from '../steps/index.js'
import type { IsoNames } from './iso-names.js'
import type { MachineConfig } from './machine-configs.js'
import type { PlanOptions } from './plan-options.js'

/** What the makers of steps share. */
export interface PlanContext {
  readonly configuration: Configuration
  readonly options: PlanOptions
  readonly paths: StatePaths
  readonly names: IsoNames
  /** Every step that writes something needs it. */
  readonly state: Step<HeldState>
  readonly isoServer: Step<IsoServer> | undefined
  /** Of all machines; undefined for none. A secret. */
  readonly cloudConfig: string | undefined
  readonly machines: readonly MachineConfig[]
}

/** The installation image that all others are made of. It stays as it is. */
export interface BaseIso {
  readonly source: FileSource
  readonly sha256: string
  /** What system it is, for people. */
  readonly system: string
}

/** What a step that leaves files behind gives. */
export interface StepFiles {
  readonly files: readonly ResultFile[]
}

/** Steps that a step needs besides others: the server, where there is one. */
export function serverOf({ isoServer }: PlanContext): readonly Step<IsoServer>[] {
  return isoServer ? [isoServer] : []
}
