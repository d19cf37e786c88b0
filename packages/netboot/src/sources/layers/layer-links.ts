import { KairosError } from '@kairos-sdk/core'
import { parentOf, pathInRoot } from './layer-path.js'
import { NOTE_SIZE, type Room } from './path-budget.js'

/** Links on the way of a path: Linux follows as many. */
export const MAX_SYMLINKS = 40

/** The symbolic links that one layer has made so far, by path. */
export class LayerLinks {
  readonly #layer: string
  readonly #targets = new Map<string, string>()
  readonly #room: Room

  /** @param layer - its name, for messages */
  constructor(layer: string, room: Room) {
    this.#layer = layer
    this.#room = room
  }

  set(path: string, target: string): void {
    this.#room.take(NOTE_SIZE + target.length)
    this.#targets.set(path, target)
  }

  /** Where the link of a path leads, as written; `undefined` when there is none. */
  target(path: string): string | undefined {
    return this.#targets.size === 0 ? undefined : this.#targets.get(path)
  }

  delete(path: string): void {
    if (this.#targets.size > 0) this.#targets.delete(path)
  }

  /**
   * A path inside the root, with links on its way followed.
   *
   * @throws KairosError `layers/escapes-root`, `layers/damaged` for links without end
   */
  resolve(written: string): string {
    let path = pathInRoot(written, this.#layer)
    if (this.#targets.size === 0) return path
    for (let followed = 0; ; followed++) {
      const link = this.#linkOnTheWay(path)
      if (link === undefined) return path
      if (followed === MAX_SYMLINKS) throw tooManyLinks(written, this.#layer)
      const target = this.#targets.get(link) ?? ''
      const base = target.startsWith('/') ? '' : parentOf(link)
      path = pathInRoot(`${clampedToRoot(base, target)}/${path.slice(link.length + 1)}`, this.#layer)
    }
  }

  #linkOnTheWay(path: string): string | undefined {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const directory = path.slice(0, slash)
      if (this.#targets.has(directory)) return directory
    }
    return undefined
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
