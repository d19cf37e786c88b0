import { KairosError } from '../errors/index.js'
import type { Assignment } from './assignment.js'
import { emptySettings, isSettings, type MutableSettings, type Settings, type SettingValue } from './settings.js'

/** Deeper data is taken for a mistake. */
const MAX_DEPTH = 100

/**
 * Merges settings, later ones over earlier ones. Groups are merged; anything else, lists too, is replaced. What is given
 * is left as it is.
 *
 * @throws KairosError `argument/invalid` when nested too deeply
 */
export function mergeSettings(...layers: readonly Settings[]): Settings {
  return mergeAt(layers, 0)
}

function mergeAt(layers: readonly Settings[], depth: number): Settings {
  if (depth > MAX_DEPTH) throw new KairosError('argument/invalid', 'The settings are nested too deeply.')
  const merged = emptySettings()
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer)) {
      const old = merged[name]
      if (isSettings(value)) merged[name] = mergeAt(isSettings(old) ? [old, value] : [value], depth + 1)
      else merged[name] = value
    }
  }
  return merged
}

/**
 * Puts the value of an assignment at its place. The last of two for one name counts.
 *
 * @throws KairosError `argument/invalid` where a name is to be both a value and a group
 */
export function assign(settings: MutableSettings, { key, path }: Assignment, value: SettingValue): void {
  let group = settings
  for (const name of path.slice(0, -1)) {
    if (group[name] === undefined) group[name] = emptySettings()
    const inner = group[name]
    if (!isSettings(inner)) throw conflict(key, name)
    group = inner as MutableSettings
  }
  const name = path.at(-1) ?? ''
  if (isSettings(group[name])) throw conflict(key, name)
  group[name] = value
}

function conflict(key: string, name: string): KairosError {
  return new KairosError(
    'argument/invalid',
    `The setting ${key}: ${name} is given both a value and settings below it.`,
    {
      hint: 'Leave one of the two out.',
    },
  )
}
