import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { type BenchResult, median } from './result.ts'

const KAIROSCTL = fileURLToPath(new URL('../packages/cli/dist/bin/kairosctl.js', import.meta.url))
const RUNS = 15

/** Milliseconds from the start of a Node process to its end, middle one of several runs. */
function coldStart(...args: string[]): number {
  const runs = Array.from({ length: RUNS }, () => {
    const startedAt = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr}`)
    return performance.now() - startedAt
  })
  return Math.round(median(runs))
}

/** How long a person waits for the command line, beside what Node itself takes. */
export async function bench(): Promise<BenchResult> {
  return {
    title: `Cold start of kairosctl, median of ${RUNS}`,
    columns: ['what', 'milliseconds', 'target'],
    rows: [
      ['node -e 0', coldStart('-e', '0'), ''],
      ['kairosctl --help', coldStart(KAIROSCTL, '--help'), '150'],
      ['kairosctl register --help', coldStart(KAIROSCTL, 'register', '--help'), '150'],
      ['kairosctl --version', coldStart(KAIROSCTL, '--version'), '150'],
      ['kairosctl token generate', coldStart(KAIROSCTL, 'token', 'generate'), ''],
    ],
  }
}
