import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isMade } from './made-file.js'
import type { StatePaths } from './state-paths.js'

/** An image for one machine that a run has made. */
export interface MachineImage {
  readonly path: string
  /** Name of the machine. */
  readonly machine: string
}

/**
 * The images for single machines that runs have made and nobody has changed since. What somebody else put there is none; nothing
 * can be told of a directory that cannot be read.
 */
export async function machineImagesMade(paths: StatePaths): Promise<readonly MachineImage[]> {
  const names = await readdir(paths.machines).catch(() => [])
  const images = names
    .filter((name) => name.endsWith('.iso'))
    .sort()
    .map((name) => ({ path: join(paths.machines, name), machine: name.slice(0, -'.iso'.length) }))
  const made = await Promise.all(images.map(({ path }) => isMade(paths, path)))
  return images.filter((_, index) => made[index])
}
