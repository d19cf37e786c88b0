import { type Alias, isAlias, isCollection, isMap, isPair, isScalar, isSeq, type Node, type Pair, Scalar } from 'yaml'
import { scalarType } from './scalar-type.js'

export const TEMPLATE_NEEDS_QUOTES = 'A value that begins with { or [ needs quotes: "{{ .MachineID }}".'

/** Where a document breaks a rule, and how to mend it. */
export class BrokenRule extends Error {
  constructor(
    readonly offset: number,
    problem: string,
    readonly hint?: string,
  ) {
    super(problem)
  }
}

/**
 * Checks what a parser of YAML lets through and the node, which reads with Go's yaml.v3, refuses: aliases of nothing or
 * of themselves, too many of them, names that are lists or maps or come twice, `<<` of something that is no map, and
 * values that do not fit their tags.
 *
 * @throws BrokenRule
 */
export function checkNodes(contents: Node): void {
  new NodeRules().check(contents)
}

class NodeRules {
  readonly #anchors = new Map<string, { readonly node: Node; size: number | undefined }>()
  /** What Go would decode on behalf of aliases. */
  #aliased = 0

  check(contents: Node): void {
    const size = this.#node(contents)
    if (isExcessive(this.#aliased, size)) {
      throw new BrokenRule(startOf(contents), 'its aliases (*) make too much of it', 'Write out what they stand for.')
    }
  }

  /** @returns how many values Go decodes for it */
  #node(node: unknown): number {
    if (isAlias(node)) return this.#alias(node)
    const anchor = isScalar(node) || isCollection(node) ? node.anchor : undefined
    if (anchor !== undefined) checkAnchor(anchor, startOf(node))
    const anchored = anchor === undefined ? undefined : { node: node as Node, size: undefined as number | undefined }
    if (anchor !== undefined && anchored) this.#anchors.set(anchor, anchored)
    const size = this.#size(node)
    if (anchored) anchored.size = size
    return size
  }

  #size(node: unknown): number {
    if (isScalar(node)) checkTag(node)
    if (isSeq(node)) return node.items.reduce<number>((sum, item) => sum + this.#item(item), 1)
    if (!isMap(node)) return 1
    const names = new Set<string>()
    let size = 1
    for (const pair of node.items) {
      const name = nameOf(pair)
      if (names.has(name)) {
        throw new BrokenRule(startOf(pair.key), 'a name that its map has already found', 'Keep one of the two.')
      }
      names.add(name)
      size += this.#pair(pair)
    }
    return size
  }

  #item(item: unknown): number {
    return isPair(item) ? 1 + this.#pair(item) : this.#node(item)
  }

  #pair(pair: Pair): number {
    if (isNothing(pair.key)) throw new BrokenRule(startOf(pair.key), 'a name before the colon expected, none found')
    const size = this.#node(pair.key) + this.#node(pair.value)
    if (isCollection(this.#target(pair.key))) {
      throw new BrokenRule(
        startOf(pair.key),
        'the name of a setting expected, a list or map found',
        TEMPLATE_NEEDS_QUOTES,
      )
    }
    if (isMergeKey(pair.key)) this.#checkMerged(pair)
    return size
  }

  #alias(alias: Alias): number {
    checkAnchor(alias.source, startOf(alias))
    const anchored = this.#anchors.get(alias.source)
    if (!anchored) {
      throw new BrokenRule(
        startOf(alias),
        'an alias (*) of an anchor (&) that is not there found',
        'A text that begins with * needs quotes.',
      )
    }
    if (anchored.size === undefined) {
      throw new BrokenRule(startOf(alias), 'an alias (*) within the value that it stands for found')
    }
    this.#aliased += anchored.size
    return 1 + anchored.size
  }

  #checkMerged({ key, value }: Pair): void {
    const merged = this.#target(value)
    // An alias of a list of maps is not one.
    const maps = isSeq(value) ? value.items.map((item) => this.#target(item)) : [merged]
    if (maps.every((map) => isMap(map))) return
    throw new BrokenRule(startOf(key), 'a map, or maps in a list, expected behind <<, something else found')
  }

  #target(node: unknown): unknown {
    return isAlias(node) ? this.#anchors.get(node.source)?.node : node
  }
}

/** What Go compares to tell names apart: the text, so that `1` and `"1"` are the same and `1` and `0x1` are not. */
function nameOf({ key }: Pair): string {
  if (isAlias(key)) return `*${key.source}`
  if (isScalar(key)) return ` ${textOf(key)}`
  return ''
}

function textOf(scalar: Scalar): string {
  return scalar.source ?? (scalar.value === null ? '' : String(scalar.value))
}

/** Nothing at all before the colon. */
function isNothing(key: unknown): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.source === '' && !key.tag && key.anchor === undefined
}

function checkAnchor(name: string, offset: number): void {
  if (/^[\w-]+$/.test(name)) return
  throw new BrokenRule(
    offset,
    'an anchor (&) or alias (*) with a name of ASCII letters, digits, - and _ expected, another name found',
    'A text that begins with & or * needs quotes.',
  )
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.source === '<<' && key.tag === undefined
}

const STANDARD_TAG = /^tag:yaml\.org,2002:(null|bool|int|float|timestamp|binary)$/

/** Tags of other names are nothing to Go. */
function checkTag(scalar: Scalar): void {
  const tag = STANDARD_TAG.exec(scalar.tag ?? '')?.[1]
  if (tag === undefined) return
  const text = textOf(scalar)
  const type = scalarType(text)
  const fits = tag === 'binary' ? isBase64(text) : type === tag || (tag === 'float' && type === 'int')
  if (fits) return
  throw new BrokenRule(startOf(scalar), `a value of the type that the tag !!${tag} names expected, another one found`)
}

function isBase64(text: string): boolean {
  const digits = text.replace(/[\r\n]/g, '')
  return digits.length % 4 === 0 && /^[\w+/]*={0,2}$/.test(digits) && !digits.includes('_')
}

/** yaml.v3's bound on how much of what it decodes may come out of aliases, against documents that grow exponentially. */
function isExcessive(aliased: number, all: number): boolean {
  if (aliased <= 100 || all <= 1_000) return false
  if (all >= 4_000_000) return !(aliased / all <= 0.1)
  return aliased / all > (all <= 400_000 ? 0.99 : 0.99 - 0.89 * ((all - 400_000) / 3_600_000))
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}
