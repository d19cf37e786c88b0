import type { Room } from './path-budget.js'

/** What the layers read so far have at a path. */
export const Kind = {
  nothing: 0,
  directory: 1,
  /** A directory without an entry of its own, so far: something lies in it. */
  implied: 2,
  /** A file whose content was handed on. */
  file: 3,
  /** Anything else: a link, a device, a pipe. */
  other: 4,
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** Layers that there is room for; engines stop at 127. */
export const MAX_LAYERS = 500

/** What a path takes besides its text, in bytes. */
const PATH_SIZE = 100

const FIELD = 0x1ff
const GIVEN = 3
const CUT = 12
const OPAQUE = 21
const ENTERED = 1 << 30

/**
 * What the layers read so far said about each path, from the highest layer down: 31 bits a path.
 *
 *     Bits    Field
 *     0..2    what the highest layer that has it made of it
 *     3..11   that layer
 *     12..20  1 + highest layer that hides what lower layers have there, and below (whiteout, or not a directory); 0: none
 *     21..29  1 + highest layer that hides what lower layers have in this directory (opaque); 0: none
 *     30      whether a layer went through the path without having an entry for it, and no lower layer has one so far
 */
export class SeenPaths {
  readonly #paths = new Map<string, number>()
  readonly #emptied = new Set<string>()
  readonly #room: Room

  constructor(room: Room) {
    this.#room = room
  }

  /** Directories that higher layers have emptied, and that had no entry of their own so far. */
  get emptied(): Iterable<string> {
    return this.#emptied
  }

  empty(directory: string): void {
    if (this.#emptied.has(directory)) return
    this.#room.take(PATH_SIZE + directory.length)
    this.#emptied.add(directory)
  }

  kind(path: string): Kind {
    return ((this.#paths.get(path) ?? 0) & 7) as Kind
  }

  /** The layer that `kind` is from. */
  layer(path: string): number {
    return ((this.#paths.get(path) ?? 0) >>> GIVEN) & FIELD
  }

  give(path: string, kind: Kind, layer: number): void {
    const word = this.#wordOf(path)
    this.#paths.set(path, (word & ~((FIELD << GIVEN) | 7)) | (layer << GIVEN) | kind)
  }

  /** Hides what lower layers have at the path and below. */
  cut(path: string, layer: number): void {
    this.#raise(path, layer, CUT)
  }

  /** Hides what lower layers have in the directory. */
  makeOpaque(path: string, layer: number): void {
    this.#raise(path, layer, OPAQUE)
  }

  /** True when a layer above hides what this one has at the path, whatever its parents are. */
  isCut(path: string, layer: number): boolean {
    return (((this.#paths.get(path) ?? 0) >>> CUT) & FIELD) > layer + 1
  }

  /** True when a layer above hides what this one has in the directory, whatever its parents are. */
  isClosed(directory: string, layer: number): boolean {
    const word = this.#paths.get(directory) ?? 0
    return ((word >>> CUT) & FIELD) > layer + 1 || ((word >>> OPAQUE) & FIELD) > layer + 1
  }

  /** Notes that a layer goes through a directory that lower layers have to have, or a link to one. */
  enter(directory: string): void {
    this.#paths.set(directory, this.#wordOf(directory) | ENTERED)
  }

  isEntered(path: string): boolean {
    return ((this.#paths.get(path) ?? 0) & ENTERED) !== 0
  }

  /** Takes that note back: what is below does not matter any more. */
  clearEntered(path: string): void {
    const word = this.#paths.get(path) ?? 0
    if ((word & ENTERED) !== 0) this.#paths.set(path, word & ~ENTERED)
  }

  #raise(path: string, layer: number, shift: number): void {
    const word = this.#wordOf(path)
    // Layers come from the highest down: the first word is the one that hides most.
    if (((word >>> shift) & FIELD) === 0) this.#paths.set(path, word | ((layer + 1) << shift))
  }

  /** Of a path that is about to get another one. */
  #wordOf(path: string): number {
    const word = this.#paths.get(path)
    if (word === undefined) this.#room.take(PATH_SIZE + path.length)
    return word ?? 0
  }
}
