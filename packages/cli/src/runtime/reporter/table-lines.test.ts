import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TableColumn, tableLines } from './table-lines.js'

const columns: TableColumn[] = [
  { title: 'MACHINE', rank: 9 },
  { title: 'STEP', rank: 5, minWidth: 6 },
  { title: 'ARCH', rank: 1 },
  { title: 'SINCE', rank: 3, align: 'right' },
]
const rows = [
  ['aa:bb', 'sending the kernel', 'x64 UEFI', '3 s'],
  ['cc:dd', 'asked', 'BIOS', '12 s'],
]

describe('tableLines', () => {
  it('makes columns as wide as what they hold, and no wider', () => {
    expect(tableLines(columns, rows, 80)).toEqual([
      'MACHINE  STEP                ARCH      SINCE',
      'aa:bb    sending the kernel  x64 UEFI    3 s',
      'cc:dd    asked               BIOS       12 s',
    ])
  })

  it('narrows first what may be narrow', () => {
    expect(tableLines(columns, rows, 36)).toEqual([
      'MACHINE  STEP        ARCH      SINCE',
      'aa:bb    sending t…  x64 UEFI    3 s',
      'cc:dd    asked       BIOS       12 s',
    ])
  })

  it('leaves out the least important columns where there is no room, and keeps the first', () => {
    expect(tableLines(columns, rows, 28)[1]).toBe('aa:bb    sending the…    3 s')
    expect(tableLines(columns, rows, 16)).toEqual(['MACHINE  STEP', 'aa:bb    sendin…', 'cc:dd    asked'])
    expect(tableLines(columns, rows, 5)).toEqual(['MACH…', 'aa:bb', 'cc:dd'])
  })

  it('never makes a line that is wider than the terminal', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), fc.string(), fc.string(), fc.string())),
        fc.integer({ min: 1, max: 120 }),
        (cells, width) => {
          for (const line of tableLines(columns, cells, width)) expect(line.length).toBeLessThanOrEqual(width)
        },
      ),
    )
  })
})
