/**
 * `npm run bench [NAME...]`: runs benchmarks, one after the other, prints their tables and writes bench/results/NAME.json.
 * Without names it runs them all and puts their tables into docs/performance.md.
 */
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { openDocument } from './document.ts'
import type { BenchResult } from './result.ts'

/** Files of this folder that are not benchmarks. */
const SUPPORT = [
  'run',
  'document',
  'result',
  'pairing-peers',
  'netboot-server',
  'netboot-rack',
  'netboot-tftp-client',
  'netboot-boots',
  'process-tree',
  'serving-server',
]

const available = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
  .filter((name) => !SUPPORT.includes(name))
  .sort()
const wanted = process.argv.length > 2 ? process.argv.slice(2) : available
const unknown = wanted.filter((name) => !available.includes(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${available.join(', ')}.`)
  process.exitCode = 2
} else if (wanted === available) {
  const document = await openDocument()
  document.check(available)
  for (const name of available) {
    // Each in a process of its own: what one leaves in memory slows the next.
    execFileSync(process.execPath, ['--expose-gc', import.meta.filename, name], { stdio: 'inherit' })
    const { columns, rows }: BenchResult = JSON.parse(await readFile(resultOf(name), 'utf8'))
    await document.write(name, table([columns, ...rows]))
  }
} else {
  for (const name of wanted) await run(name)
}

function resultOf(name: string): URL {
  return new URL(`results/${name}.json`, import.meta.url)
}

async function run(name: string): Promise<void> {
  const { bench }: { bench: () => Promise<BenchResult> } = await import(`./${name}.ts`)
  const result = await bench()
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  }
  console.log(`\n${result.title}\n`)
  console.log(table([result.columns, ...result.rows]))
  await mkdir(new URL('results/', import.meta.url), { recursive: true })
  await writeFile(resultOf(name), `${JSON.stringify({ name, machine, ...result }, null, 2)}\n`)
}

/** A Markdown table, ready for docs/performance.md. */
function table(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? String(Number(cell.toPrecision(4))) : cell)),
  )
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = cells
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n')
}
