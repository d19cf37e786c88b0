import { assign, emptySettings, parseAssignment, type Settings, typedValue } from '@kairos-sdk/core/settings'
import type { Entry } from './entry.js'
import { type Mistake, throwMistakes, unsupportedKey } from './mistakes.js'
import { EXPECTED } from './read-file.js'
import { configurationKinds } from './schema.js'
import { meaningOf } from './spellings.js'

export interface AssignedSettings {
  /** Of keys of the configuration. */
  readonly entries: readonly Entry[]
  /** All others, for templates; and those of keys that were not written as they are called, under the names as written. */
  readonly templateValues: Settings
  readonly warnings: readonly string[]
}

/**
 * Reads the `key=value` of `--set`. What is no key of the configuration is a value for templates.
 *
 * @throws KairosError `argument/invalid`, `configuration/invalid`, `configuration/unsupported`
 */
export function readAssignments(texts: readonly string[]): AssignedSettings {
  const entries: Entry[] = []
  const templateValues = emptySettings()
  const mistakes: Mistake[] = []
  const warnings: string[] = []
  for (const text of texts) {
    const assignment = parseAssignment(text)
    const { key } = assignment
    const place = `--set ${key}`
    const meaning = meaningOf(assignment.path)
    if (meaning.kind === 'unsupported' && meaning.isGroup) {
      // A common name for a value; AuroraBoot's keys are those below it.
      assign(templateValues, assignment, typedValue(assignment.text))
    } else if (meaning.kind === 'unsupported') mistakes.push(unsupportedKey(place, key))
    else if (meaning.kind === 'group') {
      mistakes.push({ place, problem: `${key} has further keys and takes no value`, hint: `Name one: ${key}.…` })
    } else if (meaning.kind === 'unknown') {
      if (meaning.nearest)
        warnings.push(
          `${place}: there is no key ${key}, so it is only a value for templates. Did you mean ${meaning.nearest}?`,
        )
      assign(templateValues, assignment, typedValue(assignment.text))
    } else {
      if (meaning.isOldName) warnings.push(`${place}: this is the old name of ${meaning.path}`)
      const kind = configurationKinds.get(meaning.path) ?? 'text'
      const value = valueOfText(assignment.text, kind)
      if (value === undefined) mistakes.push({ place, problem: `${EXPECTED[kind]} expected, something else found` })
      else {
        entries.push({ path: meaning.path, key, value, place })
        // Templates see keys under their canonical names; who gave a value may look for it under the name that was written.
        if (key !== meaning.path && meaning.path !== 'cloud_config') assign(templateValues, assignment, value)
      }
    }
  }
  throwMistakes(mistakes)
  return { entries, templateValues, warnings }
}

/** The text as the kind of value that the key takes; undefined where it is none. */
function valueOfText(text: string, kind: keyof typeof EXPECTED): Entry['value'] | undefined {
  if (kind === 'text') return text
  const bare = text.trim().toLowerCase()
  if (kind === 'flag') return bare === 'true' ? true : bare === 'false' ? false : undefined
  return /^\d{1,9}$/.test(bare) ? Number(bare) : undefined
}
