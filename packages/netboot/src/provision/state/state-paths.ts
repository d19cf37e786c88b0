import { join, resolve } from 'node:path'

/**
 * Where a run keeps what it makes.
 *
 *     STATE_DIR/cache/     what was downloaded, see `Cache`
 *     STATE_DIR/iso/       results: config.yaml, kairos.iso and its kin; while they are made, `.work/` in it
 *     STATE_DIR/netboot/   the root file system of an image, for network boot without an ISO
 *     STATE_DIR/records/   what results were made of
 *     STATE_DIR/lock/      who makes results at this time
 */
export interface StatePaths {
  readonly stateDir: string
  readonly iso: string
  /** On the same file system as results, which get their names by renaming. */
  readonly work: string
  readonly machines: string
  readonly netboot: string
  readonly records: string
  readonly lock: string
}

export function statePaths(stateDir: string): StatePaths {
  const at = (...names: string[]) => join(resolve(stateDir), ...names)
  return {
    stateDir: resolve(stateDir),
    iso: at('iso'),
    work: at('iso', '.work'),
    machines: at('iso', 'machines'),
    netboot: at('netboot'),
    records: at('records'),
    lock: at('lock'),
  }
}
