import { hash } from 'node:crypto'
import { KairosError } from '@kairos-sdk/core'
import { encodeName } from '../../../file-system/name.js'
import { NO_XATTRS, XATTR_PREFIXES } from '../structures/xattr.js'

/** Largest value that Linux knows. */
const MAX_VALUE_SIZE = 65536
/** Values are kept until the end; more than this is no file system but an attack on memory. */
const MAX_TOTAL_SIZE = 128 * 1024 * 1024

export interface StoredXattr {
  /** Index into `XATTR_PREFIXES`. */
  readonly prefix: number
  /** Name without its prefix. */
  readonly name: Uint8Array
  readonly value: Uint8Array
}

/** The different sets of extended attributes that inodes have, each once. */
export class XattrSets {
  readonly sets: (readonly StoredXattr[])[] = []
  readonly #indexes = new Map<string, number>()
  #size = 0

  /**
   * @returns the index of the set, `NO_XATTRS` for an empty one
   * @throws KairosError `squashfs/invalid-entry` for a name or value that Linux would not take
   */
  add(path: string, xattrs: ReadonlyMap<string, Uint8Array>): number {
    const set = [...xattrs]
      .map(([name, value]) => storedXattr(path, name, value))
      .sort((a, b) => a.prefix - b.prefix || Buffer.compare(a.name, b.name))
    if (set.length === 0) return NO_XATTRS
    const key = set.map(({ prefix, name, value }) => `${prefix}${hexOf(name)}=${hash('sha256', value)}`).join()
    const digest = hash('sha256', key)
    const known = this.#indexes.get(digest)
    if (known !== undefined) return known
    this.#size += set.reduce((sum, { name, value }) => sum + name.length + value.length, 0)
    if (this.#size > MAX_TOTAL_SIZE) {
      throw invalid(path, `at most ${MAX_TOTAL_SIZE} bytes of extended attributes in all expected, more found`)
    }
    const index = this.sets.push(set) - 1
    this.#indexes.set(digest, index)
    return index
  }
}

/** Whether squashfs can hold an extended attribute of this name; `system.` (POSIX ACLs) it cannot. */
export function isStorable(name: string): boolean {
  return XATTR_PREFIXES.some((prefix) => name.startsWith(prefix))
}

function storedXattr(path: string, fullName: string, value: Uint8Array): StoredXattr {
  const prefix = XATTR_PREFIXES.findIndex((candidate) => fullName.startsWith(candidate))
  const name = encodeName(fullName.slice(XATTR_PREFIXES[prefix]?.length))
  if (name.length === 0 || name.includes(0) || encodeName(fullName).length > 255) {
    throw invalid(
      path,
      `a name of an extended attribute of up to 255 bytes expected, ${JSON.stringify(fullName)} found`,
    )
  }
  if (value.length > MAX_VALUE_SIZE) {
    throw invalid(path, `${fullName}: a value of up to ${MAX_VALUE_SIZE} bytes expected, ${value.length} found`)
  }
  return { prefix, name, value }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function invalid(path: string, message: string): KairosError {
  return new KairosError('squashfs/invalid-entry', `${path}: ${message}.`)
}
