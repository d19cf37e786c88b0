import { join } from 'node:path'
import type { Configuration } from '../configuration/index.js'
import { isoFileName } from '../iso-file-name.js'
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
  const name =
    iso.overrideName === undefined
      ? isoFileName(iso.name ?? 'kairos', iso.includeDate ? now : undefined)
      : isoFileName(iso.overrideName)
  return {
    name,
    iso: join(paths.iso, name),
    custom: join(paths.iso, `${name}.custom.iso`),
    cloudConfig: join(paths.iso, 'config.yaml'),
  }
}
