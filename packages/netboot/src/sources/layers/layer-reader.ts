import { KairosError } from '@kairos-sdk/core'
import type { FileSystemEntry } from '../../file-system/entry.js'
import type { TarMember } from '../tar/member.js'
import { entryOfMember, isInode } from './entry-of-member.js'
import { escapes, parentOf, pathInRoot } from './layer-path.js'
import type { LinkRequests } from './link-requests.js'
import { Kind, type SeenPaths } from './seen-paths.js'

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
/** Other names like these are notes that AUFS left for itself. */
const AUFS_NOTE = '.wh..wh.'

/** Links on the way of a path: Linux follows as many. */
const MAX_SYMLINKS = 40

/** What a hard link leads to, as its layer has it when it comes. */
type Reference =
  | { readonly at: 'path'; readonly path: string }
  /** Something that a higher layer hides, and that has no name yet: the member's number in its layer. */
  | { readonly at: 'hidden'; readonly member: number }
  | { readonly at: 'below'; readonly path: string }

export interface LayerReaderInit {
  /** For messages. */
  readonly name: string
  /** Its place, from 0 for the lowest. */
  readonly layer: number
  readonly seen: SeenPaths
  readonly requests: LinkRequests
  readonly whiteouts: boolean
}

/** One layer, read while the layers above it are known. */
export class LayerReader {
  readonly #name: string
  readonly #layer: number
  readonly #seen: SeenPaths
  readonly #requests: LinkRequests
  readonly #whiteouts: boolean
  /** Everything but files with content waits for the layer's end: a later member of the same path may replace it. */
  readonly #waiting = new Map<string, FileSystemEntry>()
  readonly #symlinks = new Map<string, string>()
  /** Of hard links and of what is hidden, by path; anything else is where its path says. Numbers are those of members. */
  readonly #references = new Map<string, Reference | number>()
  /** Paths of this layer that hard links of this layer lead to. */
  readonly #linked = new Set<string>()
  /** By number of the member: visible names of what a higher layer hides. */
  readonly #hiddenNames = new Map<number, string[]>()
  /** What this layer hides of those below, noted while a layer above asks for something there. */
  readonly #cuts = new Set<string>()
  #members = 0
  #lastParent: string | undefined
  #lastIsHidden = false

  constructor(init: LayerReaderInit) {
    this.#name = init.name
    this.#layer = init.layer
    this.#seen = init.seen
    this.#requests = init.requests
    this.#whiteouts = init.whiteouts
  }

  /** Takes a member in. Files that can be seen are given back, to be handed on at once. */
  add(member: TarMember): FileSystemEntry | undefined {
    const number = this.#members++
    const path = this.#resolve(member.path)
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (this.#whiteouts && name.startsWith(WHITEOUT)) {
      this.#addWhiteout(path, name)
      return undefined
    }
    const parent = parentOf(path)
    const isHidden = path !== '' && (this.#isHiddenIn(parent) || this.#seen.isCut(path, this.#layer))
    if (member.type === 'directory') {
      if (!isHidden) this.#addDirectory(path, entryOfMember({ ...member, type: 'directory' }, `/${path}`))
      return undefined
    }
    if (path === '') throw this.#error('a directory as the root expected, something else found')
    return this.#addOther(member, path, number, isHidden)
  }

  /** What waited for the end of the layer. */
  end(): Iterable<FileSystemEntry> {
    for (const target of this.#requests.targets) this.#checkNotCut(target)
    this.#requests.descend()
    return this.#waiting.values()
  }

  /** Members to be read again, by number, with the names that they are to get: hard links to what is hidden. */
  get hiddenNames(): ReadonlyMap<number, readonly string[]> {
    return this.#hiddenNames
  }

  #addWhiteout(path: string, name: string): void {
    const parent = parentOf(path)
    if (name === OPAQUE) {
      this.#seen.makeOpaque(parent, this.#layer)
      this.#noteCut(`${parent}/`)
      return
    }
    if (name.startsWith(AUFS_NOTE)) return
    const hidden = name.slice(WHITEOUT.length)
    if (hidden === '' || hidden === '.' || hidden === '..') throw escapes(path, this.#name)
    this.#cut(parent === '' ? hidden : `${parent}/${hidden}`)
  }

  #addDirectory(path: string, entry: FileSystemEntry): void {
    const kind = this.#seen.kind(path)
    const isOurs = this.#seen.layer(path) === this.#layer
    if (kind === Kind.directory && !isOurs) return
    if (kind === Kind.file) throw this.#repeated(path)
    this.#enterParents(path)
    if (kind === Kind.other) this.#forget(path)
    this.#seen.give(path, Kind.directory, this.#layer)
    this.#waiting.set(path, entry)
  }

  #addOther(member: TarMember, path: string, number: number, isBelowHidden: boolean): FileSystemEntry | undefined {
    const kind = this.#seen.kind(path)
    const isOurs = !isBelowHidden && kind !== Kind.nothing && this.#seen.layer(path) === this.#layer
    if (!isBelowHidden && kind === Kind.implied && !isOurs) throw this.#notADirectory(path, member)
    if (isOurs && kind !== Kind.other) throw this.#repeated(path)
    if (isOurs) this.#forget(path)
    const isHidden = isBelowHidden || (kind !== Kind.nothing && !isOurs)
    // What it replaces in lower layers stays hidden, also when something else hides this.
    if (!isBelowHidden) this.#cut(path)
    else this.#noteCut(path)

    if (!isInode(member)) {
      this.#addHardLink(member, path, isHidden)
      return undefined
    }
    const asked = this.#requests.answer(path)
    const shown = isHidden ? asked[0] : path
    if (!isHidden) this.#show(path, member.type === 'file' ? Kind.file : Kind.other)
    if (isHidden) {
      // The name that a higher layer asked for is taken.
      if (typeof this.#references.get(path) === 'object') throw this.#repeated(path)
      this.#references.set(path, shown === undefined ? number : { at: 'path', path: shown })
    }
    for (const other of asked) if (other !== shown) this.#linkTo(other, shown as string)
    if (shown === undefined) return undefined
    const entry = entryOfMember(member, `/${shown}`)
    if (member.type === 'file') return entry
    if (entry.type === 'symlink' && !isHidden) this.#symlinks.set(path, entry.target)
    this.#waiting.set(shown, entry)
    return undefined
  }

  #addHardLink(member: TarMember, path: string, isHidden: boolean): void {
    const target = this.#resolve(member.target)
    if (target === path) throw this.#error(`${path}: a hard link to another path expected, one to itself found`)
    const isDirectory = this.#seen.kind(target) === Kind.directory && this.#seen.layer(target) === this.#layer
    if (isDirectory || target === '') {
      throw this.#error(`${path}: a hard link to a file expected, one to the directory /${target} found`)
    }
    const reference = this.#referenceTo(target)
    const names = [...this.#requests.answer(path)]
    if (!isHidden) {
      this.#show(path, Kind.other)
      names.push(path)
    }
    this.#references.set(path, reference)
    for (const name of names) this.#refer(name, reference)
  }

  #refer(name: string, reference: Reference): void {
    if (reference.at === 'path') this.#linkTo(name, reference.path)
    else if (reference.at === 'below') this.#requests.ask(reference.path, name)
    else {
      const names = this.#hiddenNames.get(reference.member)
      if (names) names.push(name)
      else this.#hiddenNames.set(reference.member, [name])
    }
  }

  #referenceTo(target: string): Reference {
    const known = this.#references.get(target)
    if (known !== undefined) return typeof known === 'number' ? { at: 'hidden', member: known } : known
    const kind = this.#seen.kind(target)
    const isHere = (kind === Kind.file || kind === Kind.other) && this.#seen.layer(target) === this.#layer
    return { at: isHere ? 'path' : 'below', path: target }
  }

  #linkTo(name: string, target: string): void {
    this.#linked.add(target)
    this.#waiting.set(name, { type: 'hardlink', path: `/${name}`, target: `/${target}` })
  }

  #show(path: string, kind: Kind): void {
    this.#enterParents(path)
    this.#seen.give(path, kind, this.#layer)
  }

  /** Takes back what an earlier member of this layer made of a path. */
  #forget(path: string): void {
    // Links to it would go on leading to what it was.
    const isLinked = this.#linked.has(path)
    const waiting = this.#waiting.get(path)
    if (isLinked || !waiting) throw this.#repeated(path)
    this.#waiting.delete(path)
    this.#symlinks.delete(path)
    this.#references.delete(path)
  }

  /** Notes the directories on the way to an entry. */
  #enterParents(path: string): void {
    for (let at = path; at !== ''; ) {
      at = parentOf(at)
      const kind = this.#seen.kind(at)
      if (kind === Kind.directory || kind === Kind.implied) return
      if (kind !== Kind.nothing) throw this.#error(`${path}: a directory /${at} expected, something else found`)
      this.#seen.give(at, Kind.implied, this.#layer)
    }
  }

  /** True when a layer above hides what is in a directory. */
  #isHiddenIn(directory: string): boolean {
    if (directory === this.#lastParent) return this.#lastIsHidden
    let isHidden = this.#seen.isClosed(directory, this.#layer)
    for (let at = directory; at !== '' && !isHidden; ) {
      at = parentOf(at)
      isHidden = this.#seen.isClosed(at, this.#layer)
    }
    this.#lastParent = directory
    this.#lastIsHidden = isHidden
    return isHidden
  }

  #cut(path: string): void {
    this.#seen.cut(path, this.#layer)
    this.#noteCut(path)
  }

  #noteCut(path: string): void {
    if (!this.#requests.isEmpty) this.#cuts.add(path)
  }

  #checkNotCut(target: string): void {
    for (let at = target; ; at = parentOf(at)) {
      if (this.#cuts.has(at) || (at !== target && this.#cuts.has(`${at}/`))) {
        throw this.#error(`a hard link of a higher layer expects /${target}, which this layer takes away`)
      }
      if (at === '') return
    }
  }

  /** A path inside the root, with links on its way followed that this layer has made so far. */
  #resolve(written: string): string {
    let path = pathInRoot(written, this.#name)
    if (this.#symlinks.size === 0) return path
    for (let followed = 0; ; followed++) {
      const link = this.#linkOnTheWay(path)
      if (link === undefined) return path
      if (followed === MAX_SYMLINKS) throw this.#error(`${written}: at most ${MAX_SYMLINKS} links on its way expected`)
      const target = this.#symlinks.get(link) ?? ''
      const base = target.startsWith('/') ? '' : parentOf(link)
      path = pathInRoot(`${clampedToRoot(base, target)}/${path.slice(link.length + 1)}`, this.#name)
    }
  }

  #linkOnTheWay(path: string): string | undefined {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const directory = path.slice(0, slash)
      if (this.#symlinks.has(directory)) return directory
    }
    return undefined
  }

  #notADirectory(path: string, member: TarMember): KairosError {
    if (member.type !== 'symlink') {
      return this.#error(`/${path}: a directory expected, in which a higher layer has entries, something else found`)
    }
    return new KairosError(
      'layers/unsupported',
      `${this.#name}: /${path}: a directory expected, in which a higher layer has entries, a link to ${member.target} found.`,
      { hint: 'Unpack the image with umoci and use the directory as: dir:/path' },
    )
  }

  #repeated(path: string): KairosError {
    return new KairosError(
      'layers/unsupported',
      `${this.#name}: one member for each path expected, another one for /${path} found.`,
      { hint: 'Unpack the image with umoci and use the directory as: dir:/path' },
    )
  }

  #error(message: string): KairosError {
    return new KairosError('layers/damaged', `${this.#name}: ${message}.`)
  }
}

/** The target of a link from a directory: more ".." than there are parents end at the root, as they do for the kernel. */
function clampedToRoot(base: string, target: string): string {
  const names = base === '' ? [] : base.split('/')
  for (const name of target.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return names.join('/')
}
