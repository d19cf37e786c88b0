import { KairosError } from '@kairos-sdk/core'
import { NameNumbers } from '../name-numbers.js'

const MAX_NAME_UNITS = 255
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what FAT forbids.
const FORBIDDEN = /[\u0000-\u001f"*/:<>?\\|\u007f]/
const SHORT_CHARACTERS = /[^A-Z0-9!#$%&'()\-@^_`{}~]/g
const SHORT_NAME = /^[A-Z0-9!#$%&'()\-@^_`{}~]{1,8}(\.[A-Z0-9!#$%&'()\-@^_`{}~]{1,3})?$/

/** The names of an entry of a directory. */
export interface FatNames {
  /** The name in full; `undefined` when the short one says it all. */
  readonly long: string | undefined
  /** 11 characters: 8 of name and 3 of extension, filled up with spaces, no dot. */
  readonly short: string
}

/**
 * Asserts that a file can have this name in a FAT file system and be found under it again by every system.
 *
 * @throws KairosError `fat/invalid-entry`
 */
export function checkFatName(name: string, path: string): void {
  // Windows drops dots and spaces at the end, and would not find the file.
  const wrong =
    name === '' ||
    name.length > MAX_NAME_UNITS ||
    FORBIDDEN.test(name) ||
    /[. ]$/.test(name) ||
    name.startsWith(' ') ||
    !name.isWellFormed()
  if (!wrong) return
  throw new KairosError(
    'fat/invalid-entry',
    `${path}: a name of 1 to 255 characters without " * / : < > ? \\ | and without a dot or space at its end ` +
      `expected, ${JSON.stringify(name)} found.`,
  )
}

/** What two names have in common if they are the same to FAT, which does not tell capitals apart. */
export function foldFatName(name: string): string {
  return name.toUpperCase()
}

/**
 * Finds the short name for each name of a directory: the name itself where it is one, else an alias that no other entry
 * has, short or long.
 *
 * @param names - checked and different from each other
 */
export function shortNames(names: readonly string[]): FatNames[] {
  const taken = new Set(names.map(foldFatName))
  const numbers = new NameNumbers()
  return names.map((name) => {
    if (SHORT_NAME.test(name)) return { long: undefined, short: padded(...split(name)) }
    const upper = name.toUpperCase()
    // A name that differs in capitals only keeps them in its long name; the alias needs no number.
    if (SHORT_NAME.test(upper)) return { long: name, short: padded(...split(upper)) }
    return { long: name, short: alias(upper, taken, numbers) }
  })
}

function alias(upper: string, taken: Set<string>, numbers: NameNumbers): string {
  const [stem, extension] = split(upper.replace(/^\.+/, '').replaceAll(' ', ''))
  const base = stem.replaceAll('.', '').replace(SHORT_CHARACTERS, '_') || '_'
  const tail = extension.replace(SHORT_CHARACTERS, '_').slice(0, 3)
  const full = numbers.first(
    (number) => `${base.slice(0, 7 - number.length)}~${number}${tail && `.${tail}`}`,
    (name) => taken.has(name),
  )
  taken.add(full)
  return padded(...split(full))
}

function split(name: string): [string, string] {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)]
}

function padded(stem: string, extension: string): string {
  return stem.padEnd(8) + extension.padEnd(3)
}
