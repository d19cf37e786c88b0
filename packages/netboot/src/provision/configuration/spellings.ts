import { nearest } from '@kairos-sdk/core'
import { configurationGroups, configurationKinds } from './schema.js'

/** Other names of keys, in use today or once. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['platform', 'arch'],
  ['insecure', 'allow_insecure_registries'],
  ['iso.data', 'iso.overlay_iso'],
])

/** Those that AuroraBoot itself warns of. */
const OLD_NAMES: ReadonlySet<string> = new Set(['insecure', 'iso.data'])

/** Keys of AuroraBoot that stand for what this toolkit does not make. */
const UNSUPPORTED = /^(disk|system|iso\.extensions|iso\.extensions_catalog)(\.|$)/
/** Of them, those with further keys. */
const UNSUPPORTED_GROUPS: ReadonlySet<string> = new Set(['disk', 'system'])

export type KeyMeaning =
  | { readonly kind: 'key'; readonly path: string; readonly isOldName: boolean }
  | { readonly kind: 'group'; readonly path: string }
  | {
      readonly kind: 'unsupported'
      /** Whether it has further keys and takes no value. */
      readonly isGroup: boolean
    }
  | { readonly kind: 'unknown'; readonly nearest: string | undefined }

/** How keys are written where that is not the canonical spelling: AuroraBoot has dashes in these two. */
const PREFERRED: ReadonlyMap<string, string> = new Map([
  ['allow_insecure_registries', 'allow-insecure-registries'],
  ['iso.extend_live_cmdline', 'iso.extend-live-cmdline'],
])

/** Further spellings of keys and groups, for what lists them all. */
export const otherSpellings: ReadonlyMap<string, string> = new Map([
  ...[...PREFERRED].map(([canonical, written]) => [written, canonical] as const),
  ...OTHER_NAMES,
])

/** What the name of a key stands for, by its path. Dashes and underscores are the same. */
export function meaningOf(path: readonly string[]): KeyMeaning {
  const written = path.map((part) => part.replaceAll('-', '_')).join('.')
  if (UNSUPPORTED.test(written)) return { kind: 'unsupported', isGroup: UNSUPPORTED_GROUPS.has(written) }
  // A dot within a name is none between names.
  if (path.some((part) => part.includes('.'))) return { kind: 'unknown', nearest: undefined }
  const canonical = OTHER_NAMES.get(written) ?? written
  if (configurationKinds.has(canonical)) return { kind: 'key', path: canonical, isOldName: OLD_NAMES.has(written) }
  if (configurationGroups.has(canonical)) return { kind: 'group', path: canonical }
  return { kind: 'unknown', nearest: nearestKey(written) }
}

function nearestKey(written: string): string | undefined {
  const known = [...configurationKinds.keys(), ...configurationGroups, ...OTHER_NAMES.keys()]
  const meant = nearest(written, known) ?? known.find((name) => name.endsWith(`.${written}`))
  return meant && (PREFERRED.get(meant) ?? meant)
}
