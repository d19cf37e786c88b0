import type { NameNumbers } from '../../name-numbers.js'
import type { DirectoryTree } from '../read/directory-tree.js'
import { withoutVersion } from '../read/entry-name.js'
import { decodeIdentifier, encodeIdentifier } from '../structures/volume-text.js'

/** How a tree spells the identifiers that are in it already, so that new ones look like them. */
export interface IdentifierStyle {
  /** Files end in `;1`. */
  readonly version: boolean
  /** Lower-case letters and other characters stand as they are (mkisofs -allow-lowercase, ISO 9660:1999). */
  readonly relaxed: boolean
}

/** Characters of an identifier and its extension together (ECMA-119 section 7.5.1, level 2). */
const MAX_ISO_LENGTH = 30
/** Characters of a Joliet identifier without its version (Joliet specification: 128 bytes). */
const MAX_JOLIET_LENGTH = 64
const NOT_IN_JOLIET = /[*/:;?\\\p{Cc}]/gu

/** The style of the identifiers of files, from those of a directory. */
export function identifierStyle(
  tree: DirectoryTree,
  files: readonly Uint8Array[],
  directories: readonly Uint8Array[],
): IdentifierStyle {
  const texts = files.map((identifier) => decodeIdentifier(identifier, tree.charset))
  const all = [...texts, ...directories.map((identifier) => decodeIdentifier(identifier, tree.charset))]
  return {
    version: texts.length === 0 || texts.some((text) => /;\d+$/.test(text)),
    relaxed: all.some((text) => /[a-z]/.test(text)),
  }
}

/**
 * The identifier for a name in a tree, different from those that are taken.
 *
 * @param taken - texts of the identifiers of the directory, without versions
 * @param numbers - of the directory
 */
export function newIdentifier(
  tree: DirectoryTree,
  style: IdentifierStyle,
  name: string,
  isDirectory: boolean,
  taken: ReadonlySet<string>,
  numbers: NameNumbers,
): Uint8Array {
  const spell = tree.kind === 'joliet' ? jolietName : style.relaxed ? relaxedName : strictName
  const isTaken = (text: string) => taken.has(text.toUpperCase())
  const plain = spell(name, isDirectory, '')
  const text = isTaken(plain) ? numbers.first((number) => spell(name, isDirectory, number), isTaken) : plain
  const dotted = tree.kind !== 'joliet' && !style.relaxed && !isDirectory && !text.includes('.') ? `${text}.` : text
  return encodeIdentifier(!isDirectory && style.version ? `${dotted};1` : dotted, tree.charset)
}

/** What an identifier is compared by: without version, in capitals. */
export function comparable(tree: DirectoryTree, identifier: Uint8Array): string {
  return withoutVersion(decodeIdentifier(identifier, tree.charset)).toUpperCase()
}

/** The spellings that authoring programs give a name in a tree without Rock Ridge, likeliest first. */
export function likelySpellings(tree: DirectoryTree, name: string, isDirectory: boolean): string[] {
  if (tree.kind === 'joliet') {
    const clean = name.replace(NOT_IN_JOLIET, '_')
    return [name, clean, clean.slice(0, MAX_JOLIET_LENGTH), clean.slice(0, 103)].map((text) => text.toUpperCase())
  }
  const strict = strictName(name, isDirectory, '')
  const [base = '', extension = ''] = splitExtension(strict, isDirectory)
  const short = extension === '' ? base.slice(0, 8) : `${base.slice(0, 8)}.${extension.slice(0, 3)}`
  return [name.toUpperCase(), strict, short]
}

function jolietName(name: string, _isDirectory: boolean, suffix: string): string {
  const clean = name.replace(NOT_IN_JOLIET, '_')
  return shortened(clean, MAX_JOLIET_LENGTH, suffix, false)
}

function relaxedName(name: string, isDirectory: boolean, suffix: string): string {
  const clean = Array.from(name, (character) => (/[!-.0-:<-~]/.test(character) ? character : '_')).join('')
  return shortened(clean, MAX_ISO_LENGTH, suffix, isDirectory)
}

function strictName(name: string, isDirectory: boolean, suffix: string): string {
  const [base, extension] = splitExtension(name.toUpperCase(), isDirectory).map((part) =>
    Array.from(part, (character) => (/[A-Z0-9_]/.test(character) ? character : '_')).join(''),
  )
  const clean = extension ? `${base}.${extension}` : (base ?? '')
  return shortened(clean, MAX_ISO_LENGTH, suffix, isDirectory)
}

/** Cuts the base of a name, and keeps its extension as far as it is one. */
function shortened(name: string, limit: number, suffix: string, isDirectory: boolean): string {
  const [base = '', extension = ''] = splitExtension(name, isDirectory)
  const kept = extension.slice(0, Math.min(extension.length, Math.floor(limit / 2)))
  const tail = kept === '' ? '' : `.${kept}`
  return base.slice(0, limit - tail.length - suffix.length) + suffix + tail
}

function splitExtension(name: string, isDirectory: boolean): [string, string] {
  const dot = isDirectory ? -1 : name.lastIndexOf('.')
  return dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)]
}
