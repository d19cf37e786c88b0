import type { Plan, ReadConfiguration } from '@kairos-sdk/netboot/provision'
import { formatBytes } from '../../runtime/format-bytes.js'
import { printable } from '../../runtime/reporter/printable.js'
import type { Context } from '../command.js'
import { configurationKeys, type KeyValue } from './configuration-keys.js'

/** Shows what would be downloaded, written, removed and served. Nothing of the cloud config and of the values of its templates. */
export function showPlan(read: ReadConfiguration, plan: Plan, { reporter }: Context): void {
  const keys = configurationKeys(read)
  const { system, machines, warnings } = plan
  const steps = plan.steps.map(({ id, title, needs, downloads, writes, removes, serves }) => ({
    ...{ id, title, needs: needs.map((step) => step.id), downloads, writes, removes, serves },
  }))
  const cloudConfig = cloudConfigOf(read, plan)
  const data = { system, steps, configuration: Object.fromEntries(keys), cloudConfig, machines }
  reporter.answer(
    { event: 'result', ...data, warnings: [...read.warnings, ...warnings] },
    printable(planText(read, plan, keys)),
  )
}

/** What can be said of a cloud config without telling what is in it. */
function cloudConfigOf({ cloudConfig }: ReadConfiguration, plan: Plan) {
  const bytes = plan.cloudConfig === undefined ? undefined : Buffer.byteLength(plan.cloudConfig)
  return cloudConfig || bytes !== undefined ? { name: cloudConfig?.name, bytes } : undefined
}

function planText(read: ReadConfiguration, plan: Plan, keys: readonly KeyValue[]): string {
  const sections: (readonly [title: string, lines: readonly string[]])[] = [
    [`Steps for ${plan.system}`, plan.steps.flatMap(stepLines)],
    ['Cloud config', [cloudConfigText(read, plan)]],
    ['Machines of the table', plan.machines.map(machineText)],
    ['Configuration', keys.map(([key, value]) => `${key}: ${value}`)],
  ]
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`)
    .join('\n')
}

function stepLines({ title, downloads, writes, removes, serves }: Plan['steps'][number], index: number): string[] {
  const told: [string, readonly string[]][] = [
    ['downloads', downloads],
    ['writes', writes],
    ['removes', removes],
    ['serves', serves],
  ]
  return [
    `${index + 1}. ${title}`,
    ...told.flatMap(([what, all]) => all.map((each) => `     ${what.padEnd(9)}  ${each}`)),
  ]
}

function cloudConfigText(read: ReadConfiguration, plan: Plan): string {
  const about = cloudConfigOf(read, plan)
  if (!about) return 'none'
  const from = about.name === undefined ? 'a default one' : `from ${about.name}`
  if (about.bytes === undefined) return `${from}, for each machine of the table its own`
  return `${from}, ${formatBytes(about.bytes)}; not shown, as there may be secrets in it`
}

function machineText({ name, mac, uuid }: Plan['machines'][number]): string {
  return [name, mac, uuid].filter((part) => part !== undefined).join('  ')
}
