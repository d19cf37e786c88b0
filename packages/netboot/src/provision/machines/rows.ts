import { assign, emptySettings, parseAssignment, type Settings, typedValue } from '@kairos-sdk/core/settings'
import { CsvError, parse } from 'csv-parse/sync'
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml'
import { type Mistake, throwMistakes } from '../configuration/mistakes.js'

/** A machine as the table has it, before it is checked. */
export interface Row {
  readonly line: number
  /** What says which machine it is, and values for templates. */
  readonly keys: Settings
  /** Further values for templates only, whatever their names are: they say nothing about which machine it is. */
  readonly values: Settings
}

/** Of all tables together this is thousands of racks. */
const MAX_MACHINES = 100_000

interface Rows {
  readonly rows: readonly Row[]
  readonly mistakes: readonly Mistake[]
}

/** Rows of a CSV table (RFC 4180; also with semicolons or tabs). Dots in the names of columns make groups. */
export function csvRows(text: string, place: (line: number) => string): Rows {
  const delimiter = delimiterOf(text)
  const records = parseCsv(text, delimiter, place)
  const [header, ...rest] = records
  if (!header)
    throwMistakes([{ place: place(1), problem: 'a line with the names of columns expected, an empty table found' }])
  const names = header?.record ?? []
  const mistakes: Mistake[] = columnMistakes(names, place(header?.line ?? 1))
  const rows: Row[] = []
  if (mistakes.length > 0) return { rows, mistakes }
  for (const { record, line } of rest) {
    if (record.length !== names.length) {
      mistakes.push({ place: place(line), problem: `${names.length} columns expected, ${record.length} found` })
      continue
    }
    const keys = emptySettings()
    for (const [index, name] of names.entries()) {
      const cell = record[index] ?? ''
      // An empty cell leaves the value to the configuration.
      if (cell !== '') assign(keys, parseAssignment(`${name}=`), isIdentity(name) ? cell : typedValue(cell))
    }
    rows.push({ line, keys, values: emptySettings() })
  }
  return { rows, mistakes }
}

function isIdentity(name: string): boolean {
  return /^(mac|uuid|name)$/i.test(name)
}

/** The one of the usual delimiters that the first line has most of. */
function delimiterOf(text: string): string {
  const line = /^.*/.exec(text.replace(/^(\ufeff|\s|#.*\n)+/, ''))?.[0] ?? ''
  const count = (char: string) => line.split(char).length
  return [',', ';', '\t'].reduce((best, char) => (count(char) > count(best) ? char : best))
}

function parseCsv(
  text: string,
  delimiter: string,
  place: (line: number) => string,
): { record: string[]; line: number }[] {
  try {
    const records = parse(text, {
      bom: true,
      delimiter,
      trim: true,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      comment: '#',
      comment_no_infix: true,
      max_record_size: 2 ** 20,
      to: MAX_MACHINES + 2,
    }) as unknown as { record: string[]; info: { lines: number } }[]
    // The line that is told is the one on which a record ends.
    return records.map(({ record, info }) => ({ record, line: info.lines - lineBreaks(record) }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = typeof error.lines === 'number' ? error.lines : 1
    throwMistakes([
      {
        place: place(line),
        problem: 'this is not CSV',
        hint: 'Is a quote missing, or is there one in the middle of a cell?',
      },
    ])
    throw error
  }
}

function lineBreaks(record: readonly string[]): number {
  return record.reduce((sum, cell) => sum + cell.split(/\r\n|\r|\n/).length - 1, 0)
}

function columnMistakes(names: readonly string[], place: string): Mistake[] {
  const mistakes: Mistake[] = []
  const probe = emptySettings()
  const seen = new Set<string>()
  for (const name of names) {
    const shown = JSON.stringify(name)
    if (seen.has(name.toLowerCase())) mistakes.push({ place, problem: `there are two columns ${shown}` })
    seen.add(name.toLowerCase())
    try {
      if (name.includes('=')) throw new Error('no name')
      assign(probe, parseAssignment(`${name}=`), '')
    } catch {
      mistakes.push({ place, problem: `the name of a column expected, ${shown} found` })
    }
  }
  return mistakes
}

/**
 * Rows of a YAML table: a list of machines, or one below `machines`. Values are beside the address or below `values`, which may
 * have some that are called as what tells machines apart: `values: { name: Alice }`.
 */
export function yamlRows(text: string, place: (line: number) => string): Rows {
  const lineCounter = new LineCounter()
  const lineOf = (node: unknown) => lineCounter.linePos((node as Node | null)?.range?.[0] ?? 0).line
  const document = (() => {
    try {
      return parseDocument(text, { lineCounter, prettyErrors: false })
    } catch {
      return undefined
    }
  })()
  const [error] = document?.errors ?? []
  if (!document || error) {
    throwMistakes([{ place: place(error ? lineCounter.linePos(error.pos[0]).line : 1), problem: 'this is not YAML' }])
  }
  const contents = document?.contents
  const list = isMap(contents) ? (contents.get('machines', true) as unknown) : contents
  if (!isSeq(list)) {
    throwMistakes([{ place: place(lineOf(contents)), problem: 'a list of machines expected, something else found' }])
    return { rows: [], mistakes: [] }
  }
  const rows: Row[] = []
  const mistakes: Mistake[] = []
  for (const item of list.items.slice(0, MAX_MACHINES + 1)) {
    const line = lineOf(item)
    if (isMap(item)) rows.push(rowOf(item, line))
    else
      mistakes.push({ place: place(line), problem: 'a machine with mac, uuid or name expected, something else found' })
  }
  return { rows, mistakes }

  function rowOf(map: YAMLMap, line: number): Row {
    const row = { line, keys: emptySettings(), values: emptySettings() }
    try {
      for (const { key, value } of map.items) {
        const name = nameOf(key)
        if (name === 'values' && isMap(value)) {
          for (const inner of value.items) row.values[nameOf(inner.key)] = plain(inner.value)
        } else row.keys[name] = isIdentity(name) && isScalar(value) ? String(value.source ?? value.value) : plain(value)
      }
      return row
    } catch {
      throwMistakes([{ place: place(line), problem: 'the values cannot be read' }])
      throw new Error('unreachable')
    }
  }

  function nameOf(key: unknown): string {
    return String(isScalar(key) ? key.value : key)
  }

  /** Aliases are followed at most a hundred times, so that a few lines cannot become gigabytes. */
  function plain(value: unknown) {
    return (value as Node | null)?.toJS?.(document as never, { maxAliasCount: 100 }) ?? null
  }
}

export { MAX_MACHINES }
