import type { BootStage, MachineState } from '@kairos-sdk/netboot/boot'
import { formatElapsed } from '../../runtime/duration.js'
import { formatBytes } from '../../runtime/format-bytes.js'
import type { ViewLines } from '../../runtime/reporter/reporter.js'
import { type TableColumn, tableLines } from '../../runtime/reporter/table-lines.js'
import { TransferRates } from './transfer-rates.js'

const COLUMNS: readonly TableColumn[] = [
  { title: 'MACHINE', rank: 9 },
  { title: 'NAME', rank: 5, minWidth: 8 },
  { title: 'ADDRESS', rank: 4 },
  { title: 'ARCHITECTURE', rank: 1 },
  { title: 'STEP', rank: 7, minWidth: 16 },
  // As wide as `100 % 999.9 MB/s`, or the long STEP of one machine would leave the others none.
  { title: 'PROGRESS', rank: 6, minWidth: 16 },
  { title: 'SINCE', rank: 3, align: 'right' },
]

const STAGES: Readonly<Record<BootStage, string>> = {
  seen: 'asked for a boot',
  offered: 'was offered a boot',
  ignored: 'left alone',
  firmware: 'has iPXE',
  script: 'has the script',
  kernel: 'has the kernel',
  initrd: 'has the initrd',
  rootfs: 'has the root file system',
  config: 'has the config',
  failed: 'failed',
}

export interface MachineTableInit {
  readonly machines: () => readonly MachineState[]
  /** Milliseconds, ever growing. */
  readonly now: () => number
  /** The time of day. */
  readonly date: () => Date
  /** Said above the table. */
  readonly title: string
  /** What people call a machine. Default: nothing, and no column for it. */
  readonly nameOf?: MachineNames | undefined
}

export type MachineNames = (machine: Pick<MachineState, 'mac' | 'uuid'>) => string | undefined

/** The table of machines: who is there, how far each one is, how fast, and since when. */
export function machineTable({ machines, now, date, title, nameOf }: MachineTableInit): ViewLines {
  const rates = new TransferRates()
  const told = (_cell: unknown, index: number) => nameOf !== undefined || COLUMNS[index]?.title !== 'NAME'
  const tableColumns = COLUMNS.filter(told)
  return ({ columns, lines }) => {
    const all = machines()
    if (all.length === 0) return [cut(title, columns), cut('No machine has asked yet.', columns)].slice(0, lines)
    const time = date()
    const rows = all.map((machine) => {
      return rowOf(machine, nameOf?.(machine), rates.observe(machine, now()), time).filter(told)
    })
    // Title, head and summary each take a line.
    const room = Math.max(0, lines - 3)
    const shown = room >= all.length ? all : [...all].sort(byInterest).slice(0, room)
    const table = tableLines(
      tableColumns,
      all.flatMap((machine, index) => (shown.includes(machine) ? [rows[index] ?? []] : [])),
      columns,
    )
    const hidden = all.length - shown.length
    const summary = `${summaryOf(all)}${hidden > 0 ? `; ${hidden} not shown` : ''}`
    return [cut(title, columns), ...table, cut(summary, columns)].slice(0, lines)
  }
}

function rowOf(
  machine: MachineState,
  name: string | undefined,
  bytesPerSecond: number | undefined,
  time: Date,
): string[] {
  const { mac, address = '', architecture, transfer, since } = machine
  const step = transfer ? `fetches ${transfer.name}` : stageText(machine)
  const progress = transfer ? progressOf(transfer, bytesPerSecond) : ''
  const elapsed = formatElapsed(Math.max(0, time.getTime() - since.getTime()))
  return [mac, name ?? '', address, architecture, step, progress, elapsed]
}

function progressOf({ done, total }: { done: number; total: number }, bytesPerSecond: number | undefined): string {
  const percent = total > 0 ? `${Math.floor((100 * done) / total)} %` : ''
  return bytesPerSecond === undefined ? percent : `${percent} ${formatBytes(Math.round(bytesPerSecond))}/s`
}

/** Those that fetch something first, then those of which something was heard last. */
function byInterest(a: MachineState, b: MachineState): number {
  const fetches = (machine: MachineState) => (machine.transfer ? 1 : 0)
  return fetches(b) - fetches(a) || b.updated.getTime() - a.updated.getTime()
}

/** How many machines are how far, in a sentence without a full stop. */
export function summaryOf(machines: readonly MachineState[]): string {
  const count = (...stages: BootStage[]) => machines.filter(({ stage }) => stages.includes(stage)).length
  const parts: [number, string][] = [
    [count('initrd', 'rootfs', 'config'), 'booted'],
    [count('seen', 'offered', 'firmware', 'script', 'kernel'), 'on the way'],
    [count('ignored'), 'left alone'],
    [count('failed'), 'failed'],
  ]
  const told = parts.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : []))
  return `${machines.length} ${machines.length === 1 ? 'machine' : 'machines'}: ${told.join(', ')}`
}

/** What the last thing is that a machine got, or why it got no more. */
export function stageText({ stage, error }: Pick<MachineState, 'stage' | 'error'>): string {
  if (!error) return STAGES[stage]
  return `${stage === 'ignored' ? STAGES.ignored : STAGES.failed}: ${error.message}`
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
