import { KairosError } from '@kairos-sdk/core'
import type { MachineState } from '@kairos-sdk/netboot/boot'
import { describe, expect, it } from 'vitest'
import { machineTable } from './machine-table.js'

const START = Date.parse('2026-11-21T12:00:00Z')

function machine(number: number, changes: Partial<MachineState> = {}): MachineState {
  return {
    mac: `52:54:00:00:00:${number.toString(16).padStart(2, '0')}`,
    uuid: undefined,
    architecture: 'x64 UEFI',
    address: `10.0.0.${number}`,
    boot: 1,
    stage: 'script',
    transfer: undefined,
    since: new Date(START),
    updated: new Date(START + number),
    error: undefined,
    ...changes,
  }
}

function tableOf(machines: MachineState[]) {
  const clock = { ms: 0 }
  const lines = machineTable({
    machines: () => machines,
    now: () => clock.ms,
    date: () => new Date(START + clock.ms),
    title: 'Booting machines from 10.0.0.1, HTTP port 8090. Ctrl-C stops it.',
  })
  return { clock, lines: (columns: number, room = 20) => lines({ columns, lines: room }) }
}

describe('machineTable', () => {
  it('shows of each machine how far it is, how fast, and since when', () => {
    const machines = [
      machine(1, { transfer: { name: 'kernel', done: 0, total: 20e6 } }),
      machine(2, { stage: 'config' }),
      machine(3, { stage: 'failed', error: new KairosError('input/changed', 'It changed.') }),
      machine(4, { stage: 'ignored', address: undefined, architecture: 'x86 BIOS' }),
    ]
    const { clock, lines } = tableOf(machines)
    lines(120)
    clock.ms = 1_000
    machines[0] = machine(1, { transfer: { name: 'kernel', done: 9e6, total: 20e6 } })
    expect(lines(120)).toEqual([
      'Booting machines from 10.0.0.1, HTTP port 8090. Ctrl-C stops it.',
      'MACHINE            ADDRESS   ARCHITECTURE  STEP                 PROGRESS       SINCE',
      '52:54:00:00:00:01  10.0.0.1  x64 UEFI      fetches kernel       45 % 9.0 MB/s  1.0 s',
      '52:54:00:00:00:02  10.0.0.2  x64 UEFI      has the config                      1.0 s',
      '52:54:00:00:00:03  10.0.0.3  x64 UEFI      failed: It changed.                 1.0 s',
      '52:54:00:00:00:04            x86 BIOS      left alone                          1.0 s',
      '4 machines: 1 booted, 1 on the way, 1 left alone, 1 failed',
    ])
  })

  it('shows names where there are some', () => {
    const lines = machineTable({
      ...{ machines: () => [machine(1), machine(2)], now: () => 0, date: () => new Date(START), title: 'Title' },
      nameOf: ({ mac }) => (mac.endsWith('1') ? 'node-1' : undefined),
    })({ columns: 120, lines: 20 })
    expect(lines.slice(1, 4)).toEqual([
      'MACHINE            NAME    ADDRESS   ARCHITECTURE  STEP            PROGRESS  SINCE',
      '52:54:00:00:00:01  node-1  10.0.0.1  x64 UEFI      has the script            0.0 s',
      '52:54:00:00:00:02          10.0.0.2  x64 UEFI      has the script            0.0 s',
    ])
  })

  it('cuts what a machine fails of, not how far others are', () => {
    const machines = [
      machine(1, { transfer: { name: 'initrd-0', done: 0, total: 100e6 } }),
      machine(2, {
        stage: 'ignored',
        error: new KairosError('ipxe/not-found', `iPXE expected in ${'/usr '.repeat(40)}`),
      }),
    ]
    const { clock, lines } = tableOf(machines)
    lines(100)
    clock.ms = 1_000
    machines[0] = machine(1, { transfer: { name: 'initrd-0', done: 99e6, total: 100e6 } })
    const [, , fetching, ignored] = lines(100)
    expect(fetching).toMatch(/ {2}99 % 99\.0 MB\/s {2}1\.0 s$/)
    expect(ignored).toMatch(/ {2}left alone: iPXE expected in \/usr.*… +1\.0 s$/)
  })

  it('leaves out what is least needed on a narrow terminal', () => {
    const { lines } = tableOf([machine(1, { transfer: { name: 'initrd-0', done: 1, total: 3 } })])
    const narrow = lines(50)
    expect(narrow[2]).toBe('52:54:00:00:00:01  fetches initrd-0  33 %')
    expect(Math.max(...lines(30).map((line) => line.length))).toBeLessThanOrEqual(30)
  })

  it('shows on a low terminal those that fetch something and those heard last, and counts the others', () => {
    const machines = Array.from({ length: 20 }, (_, index) => machine(index + 1))
    machines[0] = machine(1, { transfer: { name: 'kernel', done: 1, total: 2 } })
    const shown = tableOf(machines).lines(100, 6)
    expect(shown).toHaveLength(6)
    expect(shown.slice(2, 5).map((line) => line.slice(15, 17))).toEqual(['01', '13', '14'])
    expect(shown.at(-1)).toBe('20 machines: 20 on the way; 17 not shown')
  })

  it('says when nobody has asked yet', () => {
    expect(tableOf([]).lines(80)[1]).toBe('No machine has asked yet.')
  })
})
