import { KairosError, readText } from '@kairos-sdk/core'
import type { CloudConfigTemplate } from '../configuration/index.js'
import { type MachineEntry, machineTableFormat, readMachineTable } from '../machines/index.js'
import type { PlannedMachine } from './planned-machine.js'

/** More are counted only. */
const MAX_SHOWN_WARNINGS = 5

const MAX_TABLE_BYTES = 64 * 2 ** 20

/** A machine with what is its own. */
export interface MachineConfig extends PlannedMachine {
  /** Rendered with its values. A secret. */
  readonly cloudConfig: string
}

/**
 * Reads a table of machines.
 *
 * @throws KairosError `configuration/invalid`, those of `readText`
 */
export async function readMachines(location: string, signal?: AbortSignal): Promise<readonly MachineEntry[]> {
  const text = await readText(location, { signal, maxBytes: MAX_TABLE_BYTES })
  // YAML of one machine per line has no commas in its first line, in front of a colon.
  const format = machineTableFormat(location) ?? (/^[^:\n]*[,;\t]/.test(text) ? 'csv' : 'yaml')
  return readMachineTable(text, format, 'machines')
}

/**
 * The cloud config of each machine.
 *
 * @throws KairosError those of `CloudConfigTemplate.render`, with the machine; `configuration/invalid` for two machines
 *   whose files would have one name
 */
export function machineConfigs(
  machines: readonly MachineEntry[],
  template: CloudConfigTemplate,
): { configs: readonly MachineConfig[]; warnings: readonly string[] } {
  const warnings: string[] = []
  const lineOf = new Map<string, number>()
  const configs = machines.map((machine): MachineConfig => {
    const { mac, uuid, values, line } = machine
    const name = nameOf(machine)
    const other = lineOf.get(name.toLowerCase())
    if (other !== undefined) {
      throw new KairosError(
        'configuration/invalid',
        `machines, line ${line}: a name of its own expected, that of line ${other} found (${name}).`,
      )
    }
    lineOf.set(name.toLowerCase(), line)
    const rendered = renderFor(template, values, `machines, line ${line} (${name})`)
    warnings.push(...rendered.warnings.map((warning) => `${name}: ${warning}`))
    return { name, mac, uuid, cloudConfig: rendered.text }
  })
  return { configs, warnings: shortened(warnings) }
}

function renderFor(template: CloudConfigTemplate, values: MachineEntry['values'], place: string) {
  try {
    return template.render(values)
  } catch (error) {
    if (!KairosError.is(error)) throw error
    const [first = '', ...more] = error.lines
    throw new KairosError(error.code, [`${place}: ${first}`, ...more], { hint: error.hint, cause: error })
  }
}

/** Colons of addresses are none in names of files. */
function nameOf({ name, mac, uuid }: MachineEntry): string {
  return name ?? mac?.replaceAll(':', '-') ?? uuid ?? ''
}

function shortened(warnings: readonly string[]): string[] {
  const shown = warnings.slice(0, MAX_SHOWN_WARNINGS)
  const more = warnings.length - shown.length
  return more > 0 ? [...shown, `The same or similar of other machines: ${more} more`] : shown
}
