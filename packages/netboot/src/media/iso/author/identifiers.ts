import { NameNumbers } from '../../name-numbers.js'
import { encodeIdentifier } from '../structures/volume-text.js'
import type { IsoNode } from './node.js'

/** Identifiers of the children of one directory, for one of the trees of an image. */
export type Identify = (children: readonly IsoNode[]) => Map<IsoNode, Uint8Array>

/** Name and extension of a file together, and a directory's name (ECMA-119 sections 7.5.1 and 7.6.3). */
const MAX_ISO_FILE = 30
const MAX_ISO_DIRECTORY = 31
/** The Joliet specification allows this many characters; longer ones exist, but not every system reads them. */
const MAX_JOLIET_UNITS = 64

/**
 * Identifiers of the primary tree at interchange level 3: capitals, digits and `_`, with an extension and version 1 for
 * what is not a directory. They are what a reader without Rock Ridge sees.
 */
export const identifyPrimary: Identify = (children) => {
  const unique = uniqueNames()
  return new Map(
    children.map((node): [IsoNode, Uint8Array] => {
      if (node.type === 'directory') {
        const base = isoCharacters(node.name).slice(0, MAX_ISO_DIRECTORY)
        const name = unique(base, '', MAX_ISO_DIRECTORY)
        return [node, encodeIdentifier(name, 'latin1')]
      }
      const dot = node.name.lastIndexOf('.')
      const extension = dot > 0 ? isoCharacters(node.name.slice(dot + 1)).slice(0, 8) : ''
      const base = isoCharacters(dot > 0 ? node.name.slice(0, dot) : node.name)
      const name = unique(base, extension, MAX_ISO_FILE)
      return [node, encodeIdentifier(`${name.includes('.') ? name : `${name}.`};1`, 'latin1')]
    }),
  )
}

/**
 * Identifiers of the Joliet tree: the names in UCS-2, without the characters that Windows keeps for itself. Symbolic links
 * do not exist there and get none.
 */
export const identifyJoliet: Identify = (children) => {
  const unique = uniqueNames()
  const named = children.filter((node) => node.type !== 'symlink')
  return new Map(
    named.map((node): [IsoNode, Uint8Array] => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among those that are forbidden.
      const clean = node.name.replace(/[\u0000-\u001f*/:;?\\]/g, '_')
      const dot = node.type === 'directory' ? -1 : clean.lastIndexOf('.')
      const extension = dot > 0 && clean.length - dot <= 17 ? clean.slice(dot + 1) : ''
      const base = extension === '' ? clean : clean.slice(0, dot)
      return [node, encodeIdentifier(unique(base, extension, MAX_JOLIET_UNITS), 'ucs2')]
    }),
  )
}

function isoCharacters(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9_]/g, '_')
}

/** `BASE.EXT`, cut to `most` characters; numbered at the end of the base where another child has that name already. */
function uniqueNames(): (base: string, extension: string, most: number) => string {
  // Windows does not tell capitals apart, and neither should two names differ only in that.
  const taken = new Set<string>()
  const isTaken = (name: string) => taken.has(name.toUpperCase())
  const numbers = new NameNumbers()
  return (base, extension, most) => {
    const tail = extension === '' ? '' : `.${extension}`
    // The dot does not count at level 3, but does with Joliet; one character less hurts nobody.
    const room = most - tail.length
    const named = (suffix: string) =>
      base.slice(0, room - suffix.length).replace(/[\ud800-\udbff]$/, '') + suffix + tail
    const name = isTaken(named('')) ? numbers.first((number) => named(`_${number}`), isTaken) : named('')
    taken.add(name.toUpperCase())
    return name
  }
}
