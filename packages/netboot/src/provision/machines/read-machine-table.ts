import { emptySettings } from '@kairos-sdk/core/settings'
import { type Mistake, throwMistakes } from '../configuration/mistakes.js'
import { isMachineName, type MachineEntry, parseMacAddress, parseUuid } from './machine.js'
import { csvRows, MAX_MACHINES, type Row, yamlRows } from './rows.js'

/** How a table of machines is written. */
export type MachineTableFormat = 'csv' | 'yaml'

type Identity = 'mac' | 'uuid' | 'name'

const IDENTITIES: readonly Identity[] = ['mac', 'uuid', 'name']

const EXPECTED: Readonly<Record<Identity, string>> = {
  mac: 'the hardware address of a machine, such as 08:00:27:54:1a:d1,',
  uuid: 'a UUID',
  name: 'a name that is fit for a file',
}

/**
 * Reads a table of machines with values of their own for templates. Each machine has a `mac`, a `uuid` or a `name`; all
 * other columns or keys are values, with types as those of `--set`, and dots in the names of CSV columns make groups:
 *
 *     mac,name,network.address
 *     08:00:27:54:1a:d1,node-1,10.0.0.1
 *
 * In YAML, what is below the key `values` is for templates only, and counts before what is beside it: a value called `name` there
 * is not the name of the machine.
 *
 * @param name - what the table is called in messages. Default `The table of machines`
 * @throws KairosError `configuration/invalid` with the lines: addresses that are none, machines that are there twice,
 *   wrong numbers of columns. Values are not shown
 */
export function readMachineTable(
  text: string,
  format: MachineTableFormat,
  name = 'The table of machines',
): readonly MachineEntry[] {
  const place = (line: number) => `${name}, line ${line}`
  const { rows, mistakes: found } = format === 'csv' ? csvRows(text, place) : yamlRows(text, place)
  const mistakes = [...found]
  if (rows.length > MAX_MACHINES) {
    throwMistakes([{ place: name, problem: `at most ${MAX_MACHINES} machines expected, more found` }])
  }
  const seen = new Map<string, number>()
  const machines: MachineEntry[] = []
  for (const row of rows) {
    const machine = machineOf(row, place(row.line), mistakes)
    if (!machine) continue
    for (const identity of IDENTITIES) {
      const value = machine[identity]
      if (value === undefined) continue
      // File systems may not tell upper from lower case.
      const id = `${identity} ${value.toLowerCase()}`
      const other = seen.get(id)
      if (other === undefined) seen.set(id, row.line)
      else mistakes.push({ place: place(row.line), problem: `the ${identity} is that of line ${other}` })
    }
    machines.push(machine)
  }
  throwMistakes(mistakes)
  return Object.freeze(machines)
}

function machineOf({ line, keys, values }: Row, place: string, mistakes: Mistake[]): MachineEntry | undefined {
  const own = Object.assign(emptySettings(), keys)
  const identities: Partial<Record<Identity, string>> = {}
  for (const identity of IDENTITIES) {
    const written = Object.keys(own).find((key) => key.toLowerCase() === identity)
    const given = written === undefined ? undefined : own[written]
    if (written === undefined || given === null || given === undefined || given === '') continue
    const value = typeof given === 'string' ? identityOf(identity, given.trim()) : undefined
    if (value === undefined) {
      mistakes.push({ place, problem: `${EXPECTED[identity]} expected, something else found` })
      return undefined
    }
    delete own[written]
    own[identity] = value
    identities[identity] = value
  }
  if (IDENTITIES.every((identity) => identities[identity] === undefined)) {
    mistakes.push({ place, problem: 'a machine needs a mac, a uuid or a name; none found' })
    return undefined
  }
  return Object.freeze({ ...identities, values: Object.assign(own, values), line })
}

function identityOf(identity: Identity, text: string): string | undefined {
  if (identity === 'mac') return parseMacAddress(text)
  if (identity === 'uuid') return parseUuid(text)
  return isMachineName(text) ? text : undefined
}

/** The format that the ending of a path or URL tells, if it does. */
export function machineTableFormat(location: string): MachineTableFormat | undefined {
  const ending = /\.([a-z]+)(?:[?#].*)?$/i.exec(location)?.[1]?.toLowerCase()
  if (ending === 'csv' || ending === 'tsv') return 'csv'
  return ending === 'yaml' || ending === 'yml' || ending === 'json' ? 'yaml' : undefined
}
