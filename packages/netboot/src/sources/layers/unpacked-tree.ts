import { KairosError } from '@kairos-sdk/core'
import type { TarMember } from '../tar/member.js'
import { MAX_SYMLINKS, MAX_TARGET, tooManyLinks } from './layer-links.js'
import { MAX_PATH, parentOf, pathInRoot } from './layer-path.js'
import { PathBudget } from './path-budget.js'
import { whiteoutOf } from './whiteout.js'

/** What a node needs besides its texts, in bytes; its path in the end takes as much again. */
const NODE_SIZE = 250

/** No member: a directory that something lies in, without an entry of its own. */
const IMPLIED = -1

interface Node {
  /** Whose attributes and content it has. */
  layer: number
  member: number
  /** The last layer that put it there, or something below it: its own whiteouts leave it alone. */
  touched: number
  /** Of directories: what is in it. */
  readonly children?: Map<string, Node>
  /** Of directories: the last layer that removed what lower ones have there. */
  swept: number
  /** Of symbolic links. */
  readonly target?: string
  /** Of hard links: what they are another name of. */
  readonly of?: Node
}

/** Where a member is from. */
export interface MemberPlace {
  /** Place of its layer, from 0 for the lowest. */
  readonly layer: number
  /** Of the layer, for messages. */
  readonly name: string
  /** Its place in the layer, from 0. */
  readonly number: number
}

/** What is left of the layers in the end. */
export interface UnpackedNames {
  /** Of each layer, by number of the member: its paths from the root, without a slash before them. */
  readonly members: readonly ReadonlyMap<number, readonly string[]>[]
  /** Directories without an entry that nothing is in any more. */
  readonly emptyDirectories: readonly string[]
}

/**
 * The tree that unpacking layers one after the other would make, without content: which member is where in the end. As
 * umoci does it: a member takes the place of what is there, unless both are directories; symbolic links on the way to it
 * are followed inside the root, whoever made them; whiteouts leave alone what their own layer has put there.
 *
 * Memory is bounded; the lowest layer has to be added first.
 */
export class UnpackedTree {
  readonly #whiteouts: boolean
  readonly #root: Node = implied(0)
  readonly #budget = new PathBudget()

  constructor(options: { readonly whiteouts: boolean }) {
    this.#whiteouts = options.whiteouts
  }

  /**
   * Unpacks a member.
   *
   * @throws KairosError `layers/escapes-root`, `layers/damaged`; `layers/unsupported` for more paths than there is room for
   */
  add(member: TarMember, place: MemberPlace): void {
    const path = pathInRoot(member.path, place.name)
    if (path === '') {
      this.#addRoot(member, place)
      return
    }
    const name = path.slice(path.lastIndexOf('/') + 1)
    const parent = this.#resolve(parentOf(path), place)
    const whiteout = this.#whiteouts ? whiteoutOf(path, place.name) : undefined
    if (whiteout) {
      const directory = this.#find(parent)
      if (whiteout.kind === 'opaque') sweep(directory, place.layer)
      else if (whiteout.kind === 'name') remove(directory, whiteout.name, place.layer)
      return
    }
    const siblings = this.#makeDirectories(parent, path, place)
    const { layer, number } = place
    const there = siblings.get(name)
    if (member.type === 'directory' && there?.children) {
      Object.assign(there, { layer, member: number, touched: layer })
      return
    }
    siblings.delete(name)
    this.#budget.take(NODE_SIZE + lengthOf(parent) + name.length)
    const node = { layer, member: number, touched: layer, swept: IMPLIED }
    if (member.type === 'directory') siblings.set(name, { ...node, children: new Map() })
    else if (member.type === 'hardlink') siblings.set(name, { ...node, of: this.#linked(member, path, place) })
    else if (member.type === 'symlink') siblings.set(name, { ...node, target: this.#target(member) })
    else siblings.set(name, node)
  }

  /** @param layers - how many there are */
  names(layers: number): UnpackedNames {
    const members = Array.from({ length: layers }, () => new Map<number, string[]>())
    const emptyDirectories: string[] = []
    const directories: [path: string, node: Node][] = [['', this.#root]]
    if (this.#root.member !== IMPLIED) members[this.#root.layer]?.set(this.#root.member, [''])
    for (let next = directories.pop(); next; next = directories.pop()) {
      const [path, { children = new Map<string, Node>() }] = next
      for (const [name, child] of children) {
        const at = path === '' ? name : `${path}/${name}`
        const { layer, member } = child.of ?? child
        const names = members[layer]?.get(member)
        if (member === IMPLIED) {
          if (child.children?.size === 0) emptyDirectories.push(at)
        } else if (names) names.push(at)
        else members[layer]?.set(member, [at])
        if (child.children) directories.push([at, child])
      }
    }
    return { members, emptyDirectories }
  }

  #addRoot(member: TarMember, { layer, name, number }: MemberPlace): void {
    if (member.type !== 'directory') throw damaged(name, 'a directory as the root expected, something else found')
    Object.assign(this.#root, { layer, member: number })
  }

  #linked(member: TarMember, path: string, place: MemberPlace): Node {
    const target = pathInRoot(member.target, place.name)
    const directory = this.#find(this.#resolve(parentOf(target), place))
    const found = directory?.children?.get(target.slice(target.lastIndexOf('/') + 1))
    if (target === '' || found?.children) {
      throw damaged(place.name, `${path}: a hard link to a file expected, one to the directory /${target} found`)
    }
    if (!found) throw damaged(place.name, `${path}: a hard link to /${target} expects it, nothing is there`)
    return found.of ?? found
  }

  #target({ target }: TarMember): string {
    this.#budget.take(target.length)
    return target
  }

  /** The names of a directory from the root, with symbolic links followed; whether it exists is another question. */
  #resolve(path: string, place: MemberPlace): string[] {
    const at: string[] = []
    const nodes: (Node | undefined)[] = [this.#root]
    const rest = path === '' ? [] : path.split('/').reverse()
    let links = 0
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      if (name === '' || name === '.') continue
      if (name === '..') {
        // More of them than there are parents end at the root, as they do for the kernel.
        if (at.pop() !== undefined) nodes.pop()
        continue
      }
      const next = nodes.at(-1)?.children?.get(name)
      const target = (next?.of ?? next)?.target
      if (target === undefined) {
        at.push(name)
        nodes.push(next)
        continue
      }
      if (++links > MAX_SYMLINKS || target.length > MAX_TARGET) throw tooManyLinks(path, place.name)
      if (target.startsWith('/')) {
        at.length = 0
        nodes.length = 1
      }
      for (const part of target.split('/').reverse()) rest.push(part)
    }
    if (links > 0 && lengthOf(at) > MAX_PATH) throw tooManyLinks(path, place.name)
    return at
  }

  #find(names: readonly string[]): Node | undefined {
    let node: Node | undefined = this.#root
    for (const name of names) node = node?.children?.get(name)
    return node
  }

  /** What is in a directory, which is made where it is missing. */
  #makeDirectories(names: readonly string[], path: string, place: MemberPlace): Map<string, Node> {
    let node = this.#root
    for (const [depth, name] of names.entries()) {
      let next = node.children?.get(name)
      if (!next) {
        this.#budget.take(NODE_SIZE + name.length)
        next = implied(place.layer)
        node.children?.set(name, next)
      }
      if (!next.children) {
        const found = `a directory /${names.slice(0, depth + 1).join('/')} expected, something else found`
        throw damaged(place.name, `${path}: ${found}`)
      }
      next.touched = place.layer
      node = next
    }
    return node.children as Map<string, Node>
  }
}

function implied(layer: number): Node {
  return { layer, member: IMPLIED, touched: layer, swept: IMPLIED, children: new Map() }
}

/** Takes away what lower layers have in a directory. */
function sweep(directory: Node | undefined, layer: number): void {
  const directories = [directory]
  for (let next = directories.pop(); next; next = directories.pop()) {
    // What has come since is of this layer.
    if (!next.children || next.swept === layer) continue
    next.swept = layer
    for (const [name, child] of next.children) {
      if (child.touched !== layer) next.children.delete(name)
      else if (child.children) directories.push(child)
    }
  }
}

function remove(directory: Node | undefined, name: string, layer: number): void {
  const child = directory?.children?.get(name)
  if (child && child.touched !== layer) directory?.children?.delete(name)
  else if (child) sweep(child, layer)
}

/** Of a path, with the slash behind it. */
function lengthOf(names: readonly string[]): number {
  let length = 0
  for (const name of names) length += name.length + 1
  return length
}

function damaged(layer: string, message: string): KairosError {
  return new KairosError('layers/damaged', `${layer}: ${message}.`)
}
