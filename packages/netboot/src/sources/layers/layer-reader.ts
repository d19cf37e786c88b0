import { KairosError } from '@kairos-sdk/core'
import type { FileSystemEntry } from '../../file-system/entry.js'
import type { TarMember } from '../tar/member.js'
import { entryOfMember, isInode } from './entry-of-member.js'
import { LayerLinks } from './layer-links.js'
import { parentOf } from './layer-path.js'
import type { LinkRequests } from './link-requests.js'
import { needsSurvey } from './needs-survey.js'
import { NOTE_SIZE, type Room } from './path-budget.js'
import { Kind, type SeenPaths } from './seen-paths.js'
import { type Whiteout, whiteoutOf } from './whiteout.js'

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
  /** For what is noted until the layer ends. */
  readonly room: Room
}

/** What an entry takes besides its texts and attributes, in bytes. */
const ENTRY_SIZE = 500
/** What an extended attribute takes besides its name and value, in bytes. */
const XATTR_SIZE = 300

/** One layer, read while the layers above it are known. */
export class LayerReader {
  readonly #name: string
  readonly #layer: number
  readonly #seen: SeenPaths
  readonly #requests: LinkRequests
  readonly #whiteouts: boolean
  readonly #room: Room
  /** Everything but files with content waits for the layer's end: a later member of the same path may replace it. */
  readonly #waiting = new Map<string, FileSystemEntry>()
  readonly #links: LayerLinks
  /** Of hard links and of what is hidden, by path; anything else is where its path says. Numbers are those of members. */
  readonly #references = new Map<string, Reference | number>()
  /** Paths of this layer that hard links of this layer lead to. */
  readonly #linked = new Set<string>()
  /** By number of the member: visible names of what a higher layer hides. */
  readonly #hiddenNames = new Map<number, string[]>()
  /** What this layer hides of those below, noted while a layer above asks for something there. */
  readonly #cuts = new Set<string>()
  /** Directories that this layer has an entry for, or went through without one. */
  readonly #entered = new Set<string>([''])
  /** Whether layers above hide what is in a directory, as far as that was asked. */
  readonly #hidden = new Map<string, boolean>()
  /** What this layer takes away by whiteouts. */
  readonly #removed = new Set<string>()
  #lastEntered = ''
  #lastEmptied = ''
  #members = 0
  #lastParent: string | undefined
  #lastIsHidden = false

  constructor(init: LayerReaderInit) {
    this.#name = init.name
    this.#layer = init.layer
    this.#seen = init.seen
    this.#requests = init.requests
    this.#whiteouts = init.whiteouts
    this.#room = init.room
    this.#links = new LayerLinks(init.name, init.room)
  }

  /** Takes a member in. Files that can be seen are given back, to be handed on at once. */
  add(member: TarMember): FileSystemEntry | undefined {
    const number = this.#members++
    const path = this.#links.resolve(member.path)
    const parent = parentOf(path)
    this.#enter(parent)
    const whiteout = this.#whiteouts ? whiteoutOf(path, this.#name) : undefined
    if (whiteout) {
      this.#addWhiteout(whiteout)
      return undefined
    }
    this.#links.delete(path)
    const isHidden = path !== '' && (this.#isHiddenIn(parent) || this.#seen.isCut(path, this.#layer))
    if (isHidden) this.#noteEmptied(parent)
    if (member.type === 'directory') {
      this.#enterOwn(path)
      if (!isHidden) this.#addDirectory(path, entryOfMember({ ...member, type: 'directory' }, `/${path}`))
      return undefined
    }
    if (path === '') throw this.#error('a directory as the root expected, something else found')
    this.#checkNotEntered(member, path)
    return this.#addOther(member, path, number, isHidden)
  }

  /** What waited for the end of the layer. */
  end(): Iterable<FileSystemEntry> {
    for (const target of this.#requests.targets) this.#checkNotCut(target)
    this.#requests.descend()
    // What is taken away cannot be a link that a higher layer goes through. Now, because this layer may have made one since.
    for (const path of this.#removed) if (!this.#entered.has(path)) this.#seen.clearEntered(path)
    return this.#waiting.values()
  }

  /** Members to be read again, by number, with the names that they are to get: hard links to what is hidden. */
  get hiddenNames(): ReadonlyMap<number, readonly string[]> {
    return this.#hiddenNames
  }

  /** Notes the directories on the way to a member that this layer has no entries for: a lower one may have links there. */
  #enter(directory: string): void {
    if (directory === this.#lastEntered) return
    this.#lastEntered = directory
    for (let at = directory; !this.#entered.has(at); at = parentOf(at)) {
      this.#room.take(NOTE_SIZE + at.length)
      this.#entered.add(at)
      if (!this.#removed.has(at)) this.#seen.enter(at)
    }
  }

  /** Notes a directory that this layer has an entry for: it takes the place of links of lower layers. */
  #enterOwn(path: string): void {
    // Unless something went through such a link already.
    if (this.#entered.has(path)) return
    this.#seen.clearEntered(path)
    this.#room.take(NOTE_SIZE)
    this.#entered.add(path)
  }

  #checkNotEntered(member: TarMember, path: string): void {
    if (this.#entered.has(path)) throw this.#repeated(path)
    // A hard link may be one to a symbolic link.
    const isLink = member.type === 'symlink' || member.type === 'hardlink'
    if (!isLink || !this.#seen.isEntered(path)) return
    throw needsSurvey(this.#name, `/${path} is a link to ${member.target}, through which a higher layer has entries`)
  }

  #addWhiteout(whiteout: Whiteout): void {
    const { kind, directory } = whiteout
    if (kind === 'opaque') {
      this.#enter(directory)
      this.#seen.makeOpaque(directory, this.#layer)
      this.#noteCut(`${directory}/`)
    } else if (kind === 'name') {
      const hidden = directory === '' ? whiteout.name : `${directory}/${whiteout.name}`
      this.#room.take(NOTE_SIZE)
      this.#removed.add(hidden)
      this.#cut(hidden)
    }
  }

  #addDirectory(path: string, entry: FileSystemEntry): void {
    const kind = this.#seen.kind(path)
    const isOurs = this.#seen.layer(path) === this.#layer
    if (kind === Kind.directory && !isOurs) return
    if (kind === Kind.file) throw this.#repeated(path)
    this.#enterParents(path)
    if (kind === Kind.other) this.#forget(path)
    this.#seen.give(path, Kind.directory, this.#layer)
    this.#wait(path, entry)
  }

  #addOther(member: TarMember, path: string, number: number, isBelowHidden: boolean): FileSystemEntry | undefined {
    const kind = this.#seen.kind(path)
    const isOurs = !isBelowHidden && kind !== Kind.nothing && this.#seen.layer(path) === this.#layer
    if (!isBelowHidden && kind === Kind.implied && !isOurs) {
      // Damaged, unless a later member makes a link of it.
      throw needsSurvey(this.#name, `/${path} is no directory, but a higher layer has entries in it`)
    }
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
    if (member.type === 'symlink') this.#links.set(path, member.target)
    const asked = this.#requests.answer(path)
    const shown = isHidden ? asked[0] : path
    if (!isHidden) this.#show(path, member.type === 'file' ? Kind.file : Kind.other)
    if (isHidden) {
      // The name that a higher layer asked for is taken.
      if (typeof this.#references.get(path) === 'object') throw this.#repeated(path)
      this.#room.take(2 * NOTE_SIZE + path.length)
      this.#references.set(path, shown === undefined ? number : { at: 'path', path: shown })
    }
    for (const other of asked) if (other !== shown) this.#linkTo(other, shown as string)
    if (shown === undefined) return undefined
    const entry = entryOfMember(member, `/${shown}`)
    if (member.type === 'file') return entry
    this.#wait(shown, entry)
    return undefined
  }

  #addHardLink(member: TarMember, path: string, isHidden: boolean): void {
    const target = this.#links.resolve(member.target)
    this.#enter(parentOf(target))
    const linked = this.#links.target(target)
    if (linked !== undefined) this.#links.set(path, linked)
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
    this.#room.take(2 * NOTE_SIZE + path.length)
    this.#references.set(path, reference)
    for (const name of names) this.#refer(name, reference)
  }

  #refer(name: string, reference: Reference): void {
    if (reference.at === 'path') this.#linkTo(name, reference.path)
    else if (reference.at === 'below') this.#requests.ask(reference.path, name)
    else {
      this.#room.take(2 * NOTE_SIZE + name.length)
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
    this.#wait(name, { type: 'hardlink', path: `/${name}`, target: `/${target}` })
  }

  #wait(path: string, entry: FileSystemEntry): void {
    this.#room.take(ENTRY_SIZE + path.length + textsOf(entry))
    this.#waiting.set(path, entry)
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
    this.#references.delete(path)
  }

  /** Notes the directories on the way to an entry. */
  #enterParents(path: string): void {
    for (let at = path; at !== ''; ) {
      at = parentOf(at)
      const kind = this.#seen.kind(at)
      if (kind === Kind.directory || kind === Kind.implied) return
      // Damaged, unless links of lower layers lead elsewhere.
      if (kind !== Kind.nothing) throw needsSurvey(this.#name, `/${at} is no directory, but has entries in it`)
      this.#seen.give(at, Kind.implied, this.#layer)
    }
  }

  /** True when a layer above hides what is in a directory. */
  #isHiddenIn(directory: string): boolean {
    if (directory === this.#lastParent) return this.#lastIsHidden
    const unknown: string[] = []
    let isHidden: boolean | undefined
    // Layers above do not change any more, and hashing each directory of a deep path each time would take long.
    for (let at = directory; isHidden === undefined; at = parentOf(at)) {
      isHidden = this.#hidden.get(at)
      if (isHidden !== undefined) break
      unknown.push(at)
      if (this.#seen.isClosed(at, this.#layer)) isHidden = true
      else if (at === '') isHidden = false
    }
    for (const at of unknown) {
      this.#room.take(NOTE_SIZE + at.length)
      this.#hidden.set(at, isHidden)
    }
    this.#lastParent = directory
    this.#lastIsHidden = isHidden
    return isHidden
  }

  /** Notes the directory that is left of those on the way to what is hidden: nothing else may tell of it. */
  #noteEmptied(directory: string): void {
    if (directory === this.#lastEmptied) return
    this.#lastEmptied = directory
    for (let at = directory; at !== ''; at = parentOf(at)) {
      if (this.#seen.isCut(at, this.#layer) || this.#isHiddenIn(parentOf(at))) continue
      if (this.#seen.kind(at) === Kind.nothing) this.#seen.empty(at)
      return
    }
  }

  #cut(path: string): void {
    this.#seen.cut(path, this.#layer)
    this.#noteCut(path)
  }

  #noteCut(path: string): void {
    if (this.#requests.isEmpty) return
    this.#room.take(NOTE_SIZE + path.length)
    this.#cuts.add(path)
  }

  #checkNotCut(target: string): void {
    for (let at = target; ; at = parentOf(at)) {
      if (this.#cuts.has(at) || (at !== target && this.#cuts.has(`${at}/`))) {
        throw this.#error(`a hard link of a higher layer expects /${target}, which this layer takes away`)
      }
      if (at === '') return
    }
  }

  #repeated(path: string): KairosError {
    return needsSurvey(this.#name, `/${path} is there twice`)
  }

  #error(message: string): KairosError {
    return new KairosError('layers/damaged', `${this.#name}: ${message}.`)
  }
}

/** What an entry holds besides its path, in bytes. */
function textsOf(entry: FileSystemEntry): number {
  if (entry.type === 'hardlink') return entry.target.length
  let size = entry.type === 'symlink' ? entry.target.length : 0
  for (const [name, value] of entry.xattrs ?? []) size += XATTR_SIZE + name.length + value.length
  return size
}
