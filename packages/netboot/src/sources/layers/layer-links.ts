import { KairosError } from '@kairos-sdk/core'
import { parentOf, pathInRoot } from './layer-path.js'
import type { Room } from './path-budget.js'

/** Links on the way of a path: Linux follows as many. */
export const MAX_SYMLINKS = 40

/** Linux makes no longer ones. */
export const MAX_TARGET = 4096

/** What a directory on the way to a link takes besides its name, in bytes. */
const NODE_SIZE = 250

interface Node {
  children?: Map<string, Node>
  target?: string | undefined
}

/** The symbolic links that one layer has made so far, as a tree: deep paths are many to look up otherwise. */
export class LayerLinks {
  readonly #layer: string
  readonly #room: Room
  readonly #root: Node = {}
  #isEmpty = true

  /** @param layer - its name, for messages */
  constructor(layer: string, room: Room) {
    this.#layer = layer
    this.#room = room
  }

  set(path: string, target: string): void {
    this.#room.take(target.length)
    let node = this.#root
    for (const name of path.split('/')) {
      node.children ??= new Map()
      let next = node.children.get(name)
      if (!next) {
        this.#room.take(NODE_SIZE + name.length)
        next = {}
        node.children.set(name, next)
      }
      node = next
    }
    node.target = target
    this.#isEmpty = false
  }

  /** Where the link of a path leads, as written; `undefined` when there is none. */
  target(path: string): string | undefined {
    return this.#find(path)?.target
  }

  delete(path: string): void {
    const node = this.#find(path)
    if (node) node.target = undefined
  }

  /**
   * A path inside the root, with links on its way followed.
   *
   * @throws KairosError `layers/escapes-root`, `layers/damaged` for links without end
   */
  resolve(written: string): string {
    let path = pathInRoot(written, this.#layer)
    if (this.#isEmpty) return path
    for (let followed = 0; ; followed++) {
      const link = this.#linkOnTheWay(path)
      if (link === undefined) return path
      const target = this.target(link) ?? ''
      if (followed === MAX_SYMLINKS || target.length > MAX_TARGET) throw tooManyLinks(written, this.#layer)
      const base = target.startsWith('/') ? '' : parentOf(link)
      path = pathInRoot(`${clampedToRoot(base, target)}/${path.slice(link.length + 1)}`, this.#layer)
    }
  }

  #linkOnTheWay(path: string): string | undefined {
    let node: Node | undefined = this.#root
    for (let start = 0, slash = path.indexOf('/'); slash !== -1; start = slash + 1, slash = path.indexOf('/', start)) {
      node = node.children?.get(path.slice(start, slash))
      if (!node) return undefined
      if (node.target !== undefined) return path.slice(0, slash)
    }
    return undefined
  }

  #find(path: string): Node | undefined {
    if (this.#isEmpty) return undefined
    let node: Node | undefined = this.#root
    for (const name of path.split('/')) {
      node = node.children?.get(name)
      if (!node) return undefined
    }
    return node
  }
}

/** An error about a path whose links lead in circles, or seem to. */
export function tooManyLinks(path: string, layer: string): KairosError {
  return new KairosError('layers/damaged', `${layer}: ${path}: at most ${MAX_SYMLINKS} links on its way expected.`)
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
