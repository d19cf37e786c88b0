import { KairosError } from '@kairos-sdk/core'
import type { ByteSource, ReadOptions } from '../../../bytes/byte-source.js'
import type { DirectoryTree } from '../read/directory-tree.js'
import type { ImageMetadata } from '../read/image-metadata.js'
import { lookUp } from '../read/path-lookup.js'
import type { NewEntry } from './new-entry.js'

/** Bytes of a name that file systems and Rock Ridge readers take. */
const MAX_NAME_BYTES = 255
/** Bytes of the target of a link (POSIX PATH_MAX without its zero byte). */
const MAX_TARGET_BYTES = 4095

export interface PutOperation {
  /** Parts of the path, links on the way resolved. */
  readonly path: readonly string[]
  readonly entry: NewEntry
}

/**
 * The entries to put, in an order in which directories come before what they hold.
 *
 * @throws KairosError `argument/invalid`, `iso/damaged`
 */
export async function putOperations(
  image: ImageMetadata,
  tree: DirectoryTree,
  files: ReadonlyMap<string, ByteSource | NewEntry>,
  options: ReadOptions,
): Promise<PutOperation[]> {
  const operations: PutOperation[] = []
  for (const [path, value] of files) {
    const entry: NewEntry = 'type' in value ? value : { type: 'file', content: value }
    checkEntry(path, entry)
    operations.push({ path: await withoutLinks(image, tree, pathParts(path), options), entry })
  }
  return operations.sort((a, b) => compareParts(a.path, b.path))
}

/**
 * The parts of an absolute path inside the image.
 *
 * @throws KairosError `argument/invalid`
 */
export function pathParts(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const bad = (found: string) =>
    new KairosError('argument/invalid', `${JSON.stringify(path)}: a path inside the image expected, ${found}.`, {
      hint: 'Write it as /config.yaml.',
    })
  if (parts.length === 0) throw bad('the root found')
  for (const part of parts) {
    if (part === '..') throw bad('".." found')
    if (part.includes('\0')) throw bad('a zero byte found')
    if (Buffer.byteLength(part) > MAX_NAME_BYTES) throw bad(`a name of more than ${MAX_NAME_BYTES} bytes found`)
  }
  return parts
}

function checkEntry(path: string, entry: NewEntry): void {
  if (entry.type !== 'symlink') return
  const length = Buffer.byteLength(entry.target)
  if (length === 0 || length > MAX_TARGET_BYTES || entry.target.includes('\0')) {
    throw new KairosError('argument/invalid', `${path}: a target of 1 to ${MAX_TARGET_BYTES} bytes expected.`)
  }
}

/**
 * The path that a path leads to: a file put into a link to a directory belongs into the directory, in all trees. The
 * last part is not followed: a link there is replaced.
 */
export async function withoutLinks(
  image: ImageMetadata,
  tree: DirectoryTree,
  path: readonly string[],
  options: ReadOptions,
): Promise<string[]> {
  for (let known = path.length - 1; known > 0; known--) {
    try {
      const parent = await lookUp(image, tree, path.slice(0, known).join('/'), options)
      return [...parent.path.split('/').filter((part) => part !== ''), ...path.slice(known)]
    } catch (error) {
      if (!KairosError.is(error, 'iso/not-found')) throw error
    }
  }
  return [...path]
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [left = '', right = ''] = [a[index], b[index]]
    if (left !== right) return left < right ? -1 : 1
  }
  return a.length - b.length
}
