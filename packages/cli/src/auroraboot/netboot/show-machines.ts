import { performance } from 'node:perf_hooks'
import type { MachineState } from '@kairos-sdk/netboot/boot'
import type { LiveView, Reporter } from '../../runtime/reporter/reporter.js'
import { type MachineNames, machineTable, stageText, summaryOf } from './machine-table.js'

/** Shows the table of machines on a terminal; `undefined` where nothing moves. @param title - said above it */
export function showMachines(
  reporter: Reporter,
  machines: () => readonly MachineState[],
  title: string,
  nameOf?: MachineNames,
): LiveView | undefined {
  return reporter.view(machineTable({ machines, title, nameOf, now: () => performance.now(), date: () => new Date() }))
}

/** How many machines there were and how far they have come, as a sentence. */
export function machineSummary(machines: readonly MachineState[]): string {
  return machines.length === 0 ? 'No machine asked for a boot.' : `${summaryOf(machines)}.`
}

/** A line for each machine, with what became of it. */
export function machineLines(machines: readonly MachineState[], nameOf?: MachineNames): string {
  return machines
    .map((machine) => {
      const name = nameOf?.(machine)
      return `${[machine.mac, machine.address ?? '-', ...(name === undefined ? [] : [name]), stageText(machine)].join('  ')}\n`
    })
    .join('')
}
