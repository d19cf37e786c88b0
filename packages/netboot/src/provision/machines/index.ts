export type { MachineEntry } from './machine.js'
export { type MachineTableFormat, machineTableFormat, readMachineTable } from './read-machine-table.js'
