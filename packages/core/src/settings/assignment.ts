import { KairosError } from '../errors/index.js'
import type { SettingValue } from './settings.js'

/** One `key=value`, as given on a command line. */
export interface Assignment {
  /** The name as written: `github.user`. */
  readonly key: string
  /** The parts of the name. */
  readonly path: readonly string[]
  /** Everything behind the first `=`. */
  readonly text: string
}

/** Deeper names are taken for a mistake. */
const MAX_DEPTH = 32

/**
 * Takes `github.user=mudler` apart. Dots make groups, `\.` is a dot of a name; the value is everything behind the first
 * `=`, with commas and further `=`: `console=ttyS0,115200` stays whole.
 *
 * @throws KairosError `argument/invalid`; the value is never part of its message
 */
export function parseAssignment(text: string): Assignment {
  const at = text.indexOf('=')
  if (at === -1) {
    // A value without a name may be a secret.
    throw invalid('key=value expected, no = found', 'Write for example: --set flavor=ubuntu')
  }
  const key = text.slice(0, at).trim()
  const path = [...key.matchAll(/((?:\\.|[^.\\])*)(?:\.|$)/gs)].map(([, part = '']) => part.replace(/\\(.)/gs, '$1'))
  // The pattern matches once more at the end of what does not end in a dot.
  if (!/(^|[^\\])(\\\\)*\.$/.test(key)) path.pop()
  if (path.length === 0 || path.some((part) => part === '')) {
    throw invalid(
      `a name before the =, and before and behind each dot, expected; ${JSON.stringify(key)} found`,
      'Write a dot that belongs to a name as \\.',
    )
  }
  if (path.length > MAX_DEPTH)
    throw invalid(`at most ${MAX_DEPTH} names with dots between expected, ${path.length} found`)
  return { key, path, text: text.slice(at + 1) }
}

/**
 * The value of a text that nothing is known about, as Helm's `--set` has it: `true` and `false`, `null`, and whole numbers
 * are what they look like; all else is text, also `1.10` and `v1.5.0`, `007` and `1e3`, which are versions, codes and
 * names more often than numbers. In quotes (`"true"`, `'5'`) everything is text. Except for `null` and quotes, the value
 * prints as it was written.
 */
export function typedValue(text: string): SettingValue {
  const quoted = /^(["'])(.*)\1$/s.exec(text)
  if (quoted) return quoted[2] ?? ''
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === 'null') return null
  return /^(0|-?[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text
}

function invalid(problem: string, hint?: string): KairosError {
  return new KairosError('argument/invalid', `A setting: ${problem}.`, { hint })
}
