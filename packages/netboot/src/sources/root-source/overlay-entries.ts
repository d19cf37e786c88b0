import type { FileSystemEntry } from '../../file-system/entry.js'
import { ancestorsOf, normalPath } from './entry-path.js'
import { TreeSurvey } from './tree-survey.js'

/** Entries of a tree, each time anew. */
export type EntryStream = () => AsyncIterable<FileSystemEntry>

/**
 * Lays the entries of one tree over those of another, as copying it there would.
 *
 * - Directories merge; the upper one's attributes count, but those of the root stay the lower one's.
 * - A file or link of the upper tree takes the place of whatever is there, of a directory with all that it holds. Other names
 *   (hard links) of a file whose name is taken keep its content.
 * - A directory of the upper tree takes the place of a file, and of a symbolic link that leads to no directory.
 * - A directory of the upper tree where the lower one has a symbolic link to a directory means the directory it leads to:
 *   `/lib/firmware/x` goes to `/usr/lib/firmware/x` where `/lib` leads to `usr/lib`. Taking the link's place would hide
 *   the libraries of the whole system. Links are followed inside the root only.
 *
 * The lower tree is read twice, first for its links and directories, so that nothing is held but those; contents stream.
 *
 * @param upper - kept in memory; its files are read when the result is, so they have byte sources
 * @param lower - in any order
 * @throws what the trees throw
 */
export async function* overlayEntries(
  upper: AsyncIterable<FileSystemEntry> | Iterable<FileSystemEntry>,
  lower: EntryStream,
): AsyncGenerator<FileSystemEntry> {
  const collected: FileSystemEntry[] = []
  for await (const entry of upper) if (normalPath(entry.path) !== '/') collected.push(entry)
  if (collected.length === 0) {
    yield* lower()
    return
  }
  const survey = new TreeSurvey()
  for await (const entry of lower()) {
    survey.add(entry)
    await passOver(entry)
  }
  const overlay = new Overlay(collected, survey)
  for await (const entry of lower()) {
    const kept = overlay.keep(entry)
    if (kept) yield kept
    else await passOver(entry)
  }
  yield* overlay.entries()
}

/** Content that nobody wants has to be read all the same, or its stream would not go on. */
async function passOver(entry: FileSystemEntry): Promise<void> {
  if (entry.type !== 'file' || !('chunks' in entry.source)) return
  for await (const _ of entry.source.chunks);
}

class Overlay {
  /** By the path where they come to lie. */
  readonly #upper = new Map<string, FileSystemEntry>()
  /** Directories that the upper tree needs, with an entry or without. */
  readonly #parents = new Set<string>()
  /** New names of lower files whose own is taken, by that. */
  readonly #renamed = new Map<string, string>()
  readonly #hardLinks: ReadonlyMap<string, string>

  constructor(upper: readonly FileSystemEntry[], survey: TreeSurvey) {
    const place = (path: string, isDirectory: boolean) => {
      const normal = normalPath(path)
      if (isDirectory) return survey.directory(normal)
      const cut = normal.lastIndexOf('/')
      const parent = survey.directory(normal.slice(0, cut))
      return `${parent === '/' ? '' : parent}${normal.slice(cut)}`
    }
    for (const entry of upper) {
      const path = place(entry.path, entry.type === 'directory')
      const target = entry.type === 'hardlink' && place(entry.target, false)
      this.#put(entry.type === 'hardlink' && target ? { ...entry, path, target } : { ...entry, path })
    }
    this.#hardLinks = survey.hardLinks
    for (const path of survey.hardLinks.keys()) {
      if (this.#isHidden(path)) continue
      const target = this.#inodeOf(path)
      if (this.#isHidden(target) && !this.#renamed.has(target)) this.#renamed.set(target, path)
    }
  }

  /** Links of the lower tree may lead two entries of the upper one to one path, or into each other: the later one counts. */
  #put(entry: FileSystemEntry): void {
    const { path } = entry
    for (const parent of ancestorsOf(path)) {
      if (isOther(this.#upper.get(parent))) this.#upper.delete(parent)
      this.#parents.add(parent)
    }
    if (isOther(entry) && this.#parents.delete(path)) {
      const below = (other: string) => other.startsWith(`${path}/`)
      for (const other of [...this.#upper.keys()].filter(below)) this.#upper.delete(other)
      for (const other of [...this.#parents].filter(below)) this.#parents.delete(other)
    }
    this.#upper.set(path, entry)
  }

  /** What becomes of an entry of the lower tree; `undefined` when nothing of it is left. */
  keep(entry: FileSystemEntry): FileSystemEntry | undefined {
    const path = normalPath(entry.path)
    if (entry.type === 'hardlink') {
      if (this.#isHidden(path)) return undefined
      const inode = this.#inodeOf(path)
      const target = this.#renamed.get(inode) ?? inode
      return target === path ? undefined : { ...entry, target }
    }
    if (!this.#isHidden(path, entry.type === 'directory')) return entry
    const name = this.#renamed.get(path)
    return name === undefined ? undefined : { ...entry, path: name }
  }

  entries(): Iterable<FileSystemEntry> {
    return this.#upper.values()
  }

  /** True for a name of the lower tree that the upper one takes, itself or with a directory that it was in. */
  #isHidden(path: string, isDirectory = false): boolean {
    if (this.#upper.has(path) || (!isDirectory && this.#parents.has(path))) return true
    for (const parent of ancestorsOf(path)) {
      if (isOther(this.#upper.get(parent))) return true
    }
    return false
  }

  /** The name behind which a hard link's content is, over further hard links. */
  #inodeOf(path: string): string {
    let at = path
    // Each step leads to another link; more steps than links are a circle, which whoever writes the tree complains of.
    for (let steps = 0; steps <= this.#hardLinks.size; steps++) {
      const next = this.#hardLinks.get(at)
      if (next === undefined) return at
      at = next
    }
    return at
  }
}

function isOther(entry: FileSystemEntry | undefined): boolean {
  return entry !== undefined && entry.type !== 'directory'
}
