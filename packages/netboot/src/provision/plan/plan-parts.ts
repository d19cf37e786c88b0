import type { NetbootEndpoints, NetbootServer } from '../../servers/boot/index.js'
import type { IsoServer } from '../iso-server/index.js'
import type { ResultFile } from '../run/results.js'
import type { Step } from '../steps/index.js'

/** Network boot, once it answers. */
export interface RunningNetboot {
  readonly server: NetbootServer
  readonly endpoints: NetbootEndpoints
}

/** The directory of the run, held against other runs. */
export interface HeldState {
  /** Lets other runs in. */
  release(): Promise<void>
}

/** Steps of a plan whose results are asked for. */
export interface PlanParts {
  readonly state: Step<HeldState> | undefined
  readonly isoServer: Step<IsoServer> | undefined
  readonly netboot: Step<RunningNetboot> | undefined
  /** Those that leave files behind, in the order of `ProvisionResults.files`. */
  readonly files: readonly Step<readonly ResultFile[]>[]
}
