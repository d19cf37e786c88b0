import type { NetbootEndpoints, NetbootServer } from '../../servers/boot/index.js'
import type { IsoServer } from '../iso-server/index.js'
import type { HeldState } from '../state/index.js'
import type { Step } from '../steps/index.js'
import type { StepFiles } from './plan-context.js'

/** Network boot, once it answers. */
export interface RunningNetboot {
  readonly server: NetbootServer
  readonly endpoints: NetbootEndpoints
}

/** Steps of a plan whose results are asked for. */
export interface PlanParts {
  readonly state: Step<HeldState>
  readonly isoServer: Step<IsoServer> | undefined
  readonly netboot: Step<RunningNetboot> | undefined
  /** Those that leave files behind, in the order of `ProvisionResults.files`. */
  readonly files: readonly Step<StepFiles>[]
}
