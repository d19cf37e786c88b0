import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { KairosError } from '../errors/index.js'
import { checkCloudConfig } from './check.js'

/** The settings of a cloud config's `install` section that pairing can set. */
export interface InstallOptions {
  /** Disk to install on, for example `/dev/sda` or `auto`. */
  readonly device?: string | undefined
  /** Restart the machine when it is installed. */
  readonly reboot?: boolean | undefined
  /** Turn the machine off when it is installed. */
  readonly poweroff?: boolean | undefined
}

type Value = string | boolean

/**
 * Sets keys in the `install` section of a cloud config and leaves every other character as it is: comments, order,
 * quotes and white space. What is undefined in `options` is not touched.
 *
 * @throws KairosError as `checkCloudConfig`, and `cloud-config/not-editable` where a key can't be set without changing
 *   something else (the section is an alias or shared, or the config is a script)
 */
export function setInstallOptions(text: string, options: InstallOptions): string {
  const entries = Object.entries(options).filter((entry): entry is [string, Value] => entry[1] !== undefined)
  const { kind } = checkCloudConfig(text)
  if (entries.length === 0) return text
  if (kind === 'script') {
    throw notEditable(
      'it is a script, not a document of settings',
      'Let the script choose, or send a YAML cloud config.',
    )
  }
  // New keys go to the top of the section: the last one first, so that they end up in order.
  return entries.reduceRight((current, [key, value]) => setKey(current, 'install', key, value), text)
}

function setKey(text: string, section: string, key: string, value: Value): string {
  for (const attempt of [appendSection, prependSection]) {
    const edited = edit(text, section, key, value, attempt)
    if (edited !== undefined && isOnlyChange(text, edited, section, key, value)) return edited
  }
  throw notEditable(
    `${section}.${key} cannot be set without changing something else`,
    `Write ${section}.${key} into the file yourself: ${section}: { ${key}: ${scalarText(value)} }`,
  )
}

/** The text with the key set, or undefined where the section has a form that is not edited in place. */
function edit(
  text: string,
  section: string,
  key: string,
  value: Value,
  addSection: typeof appendSection,
): string | undefined {
  const contents = parseDocument(text, { uniqueKeys: false }).contents
  const line = `${key}: ${scalarText(value)}`
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return addSection(text, undefined, section, line)
  }
  if (!isMap(contents)) return undefined
  const pair = pairOf(contents, section)
  if (!pair) {
    return contents.flow
      ? insertIntoFlowMap(text, contents, `${section}: { ${line} }`)
      : addSection(text, contents, section, line)
  }
  const existing = pair.value
  if (isMap(existing)) return setInMap(text, existing, pair, key, value)
  if (existing === null || (isScalar(existing) && existing.value === null)) {
    // `install:` without a value, or with the word null.
    return existing && sourceLength(existing) > 0
      ? replaceNode(text, existing, `{ ${line} }`)
      : insertAfterLine(text, endOf(pair.key), columnOf(text, startOf(pair.key)) + 2, line)
  }
  return undefined
}

function setInMap(text: string, map: YAMLMap, section: Pair, key: string, value: Value): string | undefined {
  const pair = pairOf(map, key)
  const line = `${key}: ${scalarText(value)}`
  if (pair) {
    const old = pair.value
    if (!isScalar(old) && !(isMap(old) && old.flow)) return undefined
    return sourceLength(old) > 0
      ? replaceNode(text, old, scalarText(value))
      : splice(text, text.indexOf(':', endOf(pair.key)) + 1, 0, ` ${scalarText(value)}`)
  }
  if (map.flow) return insertIntoFlowMap(text, map, line)
  const first = map.items[0]
  return first && insertAfterLine(text, endOf(section.key), columnOf(text, startOf(first.key)), line)
}

/** A new section at the end, where people add things. */
function appendSection(text: string, contents: YAMLMap | undefined, section: string, line: string): string {
  const indent = ' '.repeat(columnOfFirstKey(text, contents))
  const eol = lineEnding(text)
  const end = /(^|\n)\.\.\.[^\n]*\s*$/.exec(text)
  const at = end ? end.index + (end[1]?.length ?? 0) : text.length
  const separator = at === 0 || text[at - 1] === '\n' ? '' : eol
  return splice(text, at, 0, `${separator}${indent}${section}:${eol}${indent}  ${line}${eol}`)
}

/** A new section before the first key: for a document whose last value would swallow it. */
function prependSection(text: string, contents: YAMLMap | undefined, section: string, line: string): string {
  const first = contents?.items[0]
  if (!first) return appendSection(text, contents, section, line)
  const column = columnOfFirstKey(text, contents)
  const indent = ' '.repeat(column)
  const eol = lineEnding(text)
  return splice(text, startOf(first.key) - column, 0, `${indent}${section}:${eol}${indent}  ${line}${eol}`)
}

function columnOfFirstKey(text: string, contents: YAMLMap | undefined): number {
  const first = contents?.items[0]
  return first ? columnOf(text, startOf(first.key)) : 0
}

function insertIntoFlowMap(text: string, map: YAMLMap, entry: string): string {
  const open = text.indexOf('{', startOf(map))
  return splice(text, open + 1, 0, map.items.length > 0 ? ` ${entry},` : ` ${entry} `)
}

function insertAfterLine(text: string, offset: number, column: number, line: string): string {
  const end = text.indexOf('\n', offset)
  const eol = lineEnding(text)
  const added = `${' '.repeat(column)}${line}`
  return end === -1 ? `${text}${eol}${added}${eol}` : splice(text, end + 1, 0, `${added}${eol}`)
}

function replaceNode(text: string, node: Node, replacement: string): string | undefined {
  const range = node.range
  if (!range) return undefined
  // A block scalar's range takes its line break along.
  const source = text.slice(range[0], range[1])
  const lineBreak = /\r?\n$/.exec(source)?.[0] ?? ''
  return splice(text, range[0], source.length - lineBreak.length, replacement)
}

/** Whether the edited document means the same as before but for the one key. */
function isOnlyChange(before: string, after: string, section: string, key: string, value: Value): boolean {
  try {
    checkCloudConfig(after)
  } catch (error) {
    // The edit broke the document.
    if (KairosError.is(error, 'cloud-config/not-yaml')) return false
    throw error
  }
  const expected = meaningOf(before)
  const old = expected[section]
  expected[section] = { ...(typeof old === 'object' ? old : {}), [key]: value }
  return isDeepStrictEqual(meaningOf(after), expected)
}

/** The settings as the node has them, with what `<<` merges. How much aliases may make of them has been checked. */
function meaningOf(text: string): Record<string, unknown> {
  return parseDocument(text, { uniqueKeys: false, merge: true }).toJS({ maxAliasCount: -1 }) ?? {}
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((item) => isScalar(item.key) && item.key.value === key)
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}

function endOf(node: unknown): number {
  return (node as Node | null)?.range?.[1] ?? 0
}

function sourceLength(node: Node): number {
  return endOf(node) - startOf(node)
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

function lineEnding(text: string): string {
  return /\r\n/.test(text) ? '\r\n' : '\n'
}

function splice(text: string, at: number, remove: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at + remove)
}

/** Plain where no YAML reader can take it for anything else (RFC: YAML 1.1 and 1.2), else in double quotes. */
function scalarText(value: Value): string {
  if (typeof value === 'boolean') return String(value)
  return /^\/[\w/.:-]*\w$|^auto$/.test(value) ? value : JSON.stringify(value)
}

function notEditable(problem: string, hint: string): KairosError {
  return new KairosError(
    'cloud-config/not-editable',
    `The cloud config's install section cannot be edited: ${problem}.`,
    {
      hint,
    },
  )
}
