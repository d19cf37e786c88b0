import { access, rm } from 'node:fs/promises'
import { type HeldState, holdState, machineImagesMade, type StatePaths } from '../state/index.js'
import { defineStep, type Step } from '../steps/index.js'
import type { IsoNames } from './iso-names.js'
import type { MachineConfig } from './machine-configs.js'

/** What of `STATE_DIR/iso` a run is to have. */
export interface Wanted {
  readonly paths: StatePaths
  readonly names: IsoNames
  /** There is to be a custom ISO. */
  readonly custom: boolean
  readonly cloudConfig: string | undefined
  readonly machines: readonly MachineConfig[]
}

/**
 * Holds the state directory, and removes from it what is not wanted any more.
 *
 * @param wanted - `undefined` for a run that has nothing to do with `STATE_DIR/iso`
 */
export async function stateStep(
  paths: StatePaths,
  needs: readonly Step<unknown>[],
  wanted: Wanted | undefined,
): Promise<Step<HeldState>> {
  const stale = async () => (wanted ? await staleResults(wanted) : [])
  return defineStep({
    id: 'state',
    title: `Prepare ${paths.stateDir}`,
    needs,
    removes: await stale(),
    async run({ signal, progress, warn, defer }) {
      const message = `Another run makes something in ${paths.stateDir}: waiting for it`
      const onWait = () => progress({ phase: 'wait', message })
      const held = await holdState(paths, { signal, onWait, onWarning: warn })
      defer(held.release)
      // Looked for again: another run may have been there since the plan was made.
      for (const path of await stale()) await rm(path, { force: true })
      return held
    },
  })
}

/**
 * Results of an earlier run that would be taken for some of this one, which has none: an old cloud config, the image of a machine
 * that the table has no more.
 */
async function staleResults({ paths, names, custom, cloudConfig, machines }: Wanted): Promise<string[]> {
  const unwanted = [
    ...(cloudConfig === undefined ? [names.cloudConfig] : []),
    ...(custom ? [] : withChecksum(names.custom)),
    ...(machines.length === 0 ? [] : await imagesOfOthers(paths, machines)),
  ]
  const found = await Promise.all(unwanted.map(isThere))
  return unwanted.filter((_, index) => found[index])
}

/** Without a table nobody takes such images for results; with one, they are those of machines that it lists. */
async function imagesOfOthers(paths: StatePaths, machines: readonly MachineConfig[]): Promise<string[]> {
  // File systems may not tell upper from lower case.
  const listed = new Set(machines.map(({ name }) => name.toLowerCase()))
  const images = await machineImagesMade(paths)
  return images.filter(({ machine }) => !listed.has(machine.toLowerCase())).flatMap(({ path }) => withChecksum(path))
}

function withChecksum(path: string): string[] {
  return [path, `${path}.sha256`]
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
