import { join } from 'node:path'
import type { Configuration } from '../configuration/index.js'
import type { StatePaths } from '../state/index.js'

/** Paths of the results in `STATE_DIR/iso/`. */
export interface IsoNames {
  /** `kairos.iso`. */
  readonly name: string
  readonly iso: string
  readonly custom: string
  readonly cloudConfig: string
}

/**
 * What the ISO files are called: `kairos.iso`, `NAME.iso`, as AuroraBoot with a date `NAME.20261121.iso`; `iso.override_name`
 * counts before all of it.
 */
export function isoNames({ iso }: Pick<Configuration, 'iso'>, paths: StatePaths, now: Date): IsoNames {
  const bare = (iso.name ?? 'kairos').replace(/\.iso$/, '')
  const dated = iso.includeDate ? `${bare}.${dayOf(now)}` : bare
  const name = `${(iso.overrideName ?? dated).replace(/\.iso$/, '')}.iso`
  return {
    name,
    iso: join(paths.iso, name),
    custom: join(paths.iso, `${name}.custom.iso`),
    cloudConfig: join(paths.iso, 'config.yaml'),
  }
}

function dayOf(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`
}
