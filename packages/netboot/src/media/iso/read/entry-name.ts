import { decodeIdentifier } from '../structures/volume-text.js'
import type { LocatedRecord } from './directory-records.js'
import type { DirectoryTree } from './directory-tree.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Bytes of a file name as text: UTF-8, or Latin-1 for bytes that are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return Buffer.from(bytes).toString('latin1')
  }
}

/**
 * The name of a record in its tree. What is no name, such as "..", "" or one with a slash, would lead a reader out of
 * its directory: the characters are replaced.
 */
export function entryName(tree: DirectoryTree, { record, rockRidge }: LocatedRecord): string {
  if (rockRidge?.name) return harmless(textOf(rockRidge.name))
  return harmless(withoutVersion(decodeIdentifier(record.identifier, tree.charset)))
}

/** `CONFIG.YAM;1` without the version, and without the dot that stands alone at the end of a name without extension. */
export function withoutVersion(identifier: string): string {
  return identifier.replace(/;\d*$/, '').replace(/(?<=.)\.$/, '')
}

function harmless(name: string): string {
  const clean = name.replaceAll('/', '_').replaceAll('\0', '_')
  return clean === '' || clean === '.' || clean === '..' ? '_'.repeat(Math.max(clean.length, 1)) : clean
}
