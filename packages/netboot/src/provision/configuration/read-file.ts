import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import type { Entry } from './entry.js'
import { type Mistake, throwMistakes, unknownKey, unsupportedKey } from './mistakes.js'
import { configurationKinds } from './schema.js'
import { meaningOf } from './spellings.js'

export interface FileEntries {
  readonly entries: readonly Entry[]
  readonly warnings: readonly string[]
}

/**
 * Reads the keys of a configuration file.
 *
 * @param name - what the file is called in messages
 * @throws KairosError `configuration/invalid` and `configuration/unsupported`, with line and column
 */
export function readConfigurationFile(text: string, name: string): FileEntries {
  const lineCounter = new LineCounter()
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return `${name}, line ${line}, column ${col}`
  }
  const document = parse(text, lineCounter, name, place)
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) return { entries: [], warnings: [] }
  if (!isMap(contents)) {
    throwMistakes([
      { place: place(offsetOf(contents)), problem: `keys with values expected, ${kindOf(contents)} found` },
    ])
  }
  return new FileReader(document, place).read(contents as YAMLMap)
}

function parse(text: string, lineCounter: LineCounter, name: string, place: (offset: number) => string): Document {
  const document = (() => {
    try {
      return parseDocument(text, { lineCounter, prettyErrors: false })
    } catch {
      // The parser runs out of stack.
      throwMistakes([{ place: name, problem: 'it is nested too deeply' }])
      throw new Error('unreachable')
    }
  })()
  const [error] = document.errors
  if (error) {
    // What YAML says behind a colon or quote may be a piece of a value.
    const problem = /^[A-Za-z -]*/.exec(error.message)?.[0].trim()
    throwMistakes([
      { place: place(error.pos[0]), problem: problem ? `this is not YAML (${problem})` : 'this is not YAML' },
    ])
  }
  return document
}

class FileReader {
  readonly #document: Document
  readonly #place: (offset: number) => string
  readonly #entries = new Map<string, Entry>()
  readonly #mistakes: Mistake[] = []
  readonly #warnings: string[] = []

  constructor(document: Document, place: (offset: number) => string) {
    this.#document = document
    this.#place = place
  }

  read(contents: YAMLMap): FileEntries {
    this.#map(contents, [])
    throwMistakes(this.#mistakes)
    return { entries: [...this.#entries.values()], warnings: this.#warnings }
  }

  #map(map: YAMLMap, outer: readonly string[]): void {
    for (const { key: keyNode, value } of map.items) {
      const place = this.#place(offsetOf(keyNode))
      if (!isScalar(keyNode)) {
        this.#mistakes.push({ place, problem: 'the name of a key expected, something else found' })
        continue
      }
      const path = [...outer, String(keyNode.value)]
      const node = this.#resolve(value)
      if (isAlias(value) && !node) {
        this.#mistakes.push({ place, problem: `${path.join('.')}: there is nothing that its alias stands for` })
      } else this.#key(path, node, place)
    }
  }

  #key(path: readonly string[], node: Node | undefined, place: string): void {
    const key = path.join('.')
    const meaning = meaningOf(path)
    if (meaning.kind === 'unsupported') this.#mistakes.push(unsupportedKey(place, key))
    else if (meaning.kind === 'unknown') this.#mistakes.push(unknownKey(place, key, meaning.nearest))
    else if (meaning.kind === 'group') this.#group(path, node, place)
    else {
      if (meaning.isOldName) this.#warnings.push(`${place}: ${key} is the old name of ${meaning.path}`)
      this.#value(key, meaning.path, node, place)
    }
  }

  #group(path: readonly string[], node: Node | undefined, place: string): void {
    if (isNothing(node)) return
    if (isMap(node)) this.#map(node, path)
    else this.#mistakes.push({ place, problem: `${path.join('.')}: further keys expected, ${kindOf(node)} found` })
  }

  #value(key: string, path: string, node: Node | undefined, place: string): void {
    // A key without a value is one that is not set.
    if (isNothing(node)) return
    const value = valueOfNode(node, configurationKinds.get(path))
    if (value === undefined) {
      const expected = EXPECTED[configurationKinds.get(path) ?? 'text']
      this.#mistakes.push({ place, problem: `${key}: ${expected} expected, ${kindOf(node)} found` })
      return
    }
    const other = this.#entries.get(path)
    if (other && other.value !== value) {
      this.#mistakes.push({
        place,
        problem: `${key}: ${other.key} (${other.place}) is the same key and has another value`,
      })
      return
    }
    this.#entries.set(path, { path, key, value, place })
  }

  #resolve(value: unknown): Node | undefined {
    return (isAlias(value) ? value.resolve(this.#document) : value) as Node | undefined
  }
}

export const EXPECTED = { text: 'text', flag: 'true or false', number: 'a whole number' } as const

function valueOfNode(node: unknown, kind: keyof typeof EXPECTED | undefined): Entry['value'] | undefined {
  if (!isScalar(node)) return undefined
  const { value, source } = node
  if (kind === 'text') {
    // A version such as 24.04 or 1.10 is text, though YAML takes it for a number: as it is written.
    if (typeof value === 'number' || typeof value === 'bigint') return source ?? String(value)
    return typeof value === 'string' ? value : undefined
  }
  if (kind === 'flag') return typeof value === 'boolean' ? value : undefined
  if (typeof value === 'string' && /^\d{1,9}$/.test(value)) return Number(value)
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

function isNothing(node: unknown): boolean {
  return node === undefined || node === null || (isScalar(node) && node.value === null)
}

function kindOf(node: unknown): string {
  if (isMap(node)) return 'further keys'
  if (!isScalar(node)) return 'a list'
  if (typeof node.value === 'string') return 'text'
  return typeof node.value === 'boolean' ? 'true or false' : node.value === null ? 'nothing' : 'a number'
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}
