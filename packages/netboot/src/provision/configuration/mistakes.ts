import { type ErrorCode, KairosError } from '@kairos-sdk/core'

/** Something wrong with a configuration. Values are never part of it: they may be secret. */
export interface Mistake {
  /** Where: `config.yaml, line 3, column 1`, `--set`. */
  readonly place: string
  readonly problem: string
  readonly hint?: string | undefined
  readonly code?: ErrorCode
}

/** Mistakes that a message names at most. */
const MAX_SHOWN = 10

/** @throws KairosError `configuration/invalid` or `configuration/unsupported`, if there are any */
export function throwMistakes(mistakes: readonly Mistake[]): void {
  const [first] = mistakes
  if (!first) return
  const lines = mistakes.slice(0, MAX_SHOWN).map(({ place, problem }) => `${place}: ${problem}.`)
  if (mistakes.length > MAX_SHOWN) lines.push(`… and ${mistakes.length - MAX_SHOWN} more.`)
  const hints = [...new Set(mistakes.slice(0, MAX_SHOWN).flatMap(({ hint }) => hint ?? []))]
  throw new KairosError(first.code ?? 'configuration/invalid', lines, {
    hint: hints.length > 0 ? hints.join('\n') : undefined,
  })
}

/** The mistake of a name that means nothing. */
export function unknownKey(place: string, key: string, nearest: string | undefined): Mistake {
  return {
    place,
    problem: `there is no key ${key}`,
    hint: nearest ? `Did you mean ${nearest}?` : 'Values for templates are given with --set, not in the configuration.',
  }
}

export function unsupportedKey(place: string, key: string): Mistake {
  return {
    place,
    problem: `${key} is not supported`,
    hint: 'This toolkit makes ISOs and boots machines over the network; disk images and virtual machines are made by AuroraBoot.',
    code: 'configuration/unsupported',
  }
}
