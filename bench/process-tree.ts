import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'

const SAMPLE_MS = 50

/** What a program and all that it started took. */
export interface Usage {
  readonly seconds: number
  /** Most bytes that all of them had resident at one time. */
  readonly resident: number
}

/** Runs a program to its end. */
export async function measureTree(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Usage> {
  const startedAt = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env })
  let seconds: number | undefined
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => {
      seconds = (performance.now() - startedAt) / 1000
      resolve(code)
    })
  })
  let resident = 0
  while (seconds === undefined && child.pid !== undefined) {
    resident = Math.max(resident, residentOf(child.pid))
    await Promise.race([ended, setTimeout(SAMPLE_MS)])
  }
  if ((await ended) !== 0) throw new Error(`${program} failed`)
  return { seconds: seconds ?? Number.NaN, resident }
}

/** Resident bytes of a process and everything below it, now. */
function residentOf(top: number): number {
  const parents = new Map<number, { readonly parent: number; readonly resident: number }>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const status = readFileSync(`/proc/${name}/status`, 'latin1')
      const number = (pattern: RegExp) => Number(pattern.exec(status)?.[1] ?? 0)
      parents.set(Number(name), { parent: number(/^PPid:\s+(\d+)/m), resident: number(/^VmRSS:\s+(\d+) kB/m) * 1024 })
    } catch {
      // It has ended in between.
    }
  }
  const isBelow = (pid: number): boolean => pid === top || (pid > 1 && isBelow(parents.get(pid)?.parent ?? 0))
  return [...parents].filter(([pid]) => isBelow(pid)).reduce((sum, [, { resident }]) => sum + resident, 0)
}
