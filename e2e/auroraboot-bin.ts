import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const BIN = fileURLToPath(new URL('../packages/cli/bin/auroraboot.js', import.meta.url))

/** The built auroraboot, started in a directory. */
export function startAuroraboot(cwd: string, args: readonly string[]) {
  return spawn(process.execPath, [BIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Runs the built auroraboot to its end. */
export async function auroraboot(
  cwd: string,
  ...args: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const child = startAuroraboot(cwd, args)
  const [out, err] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray())
  await once(child, 'close')
  return { code: child.exitCode, out: (await out)?.join('') ?? '', err: (await err)?.join('') ?? '' }
}

/** Runs it and expects success. @returns standard output */
export async function aurorabootSucceeds(cwd: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await auroraboot(cwd, ...args)
  expect([args, code, err]).toEqual([args, 0, expect.anything()])
  return out
}

/** Starts it and kills it without a warning after some milliseconds, if it is still there. */
export async function killAuroraboot(cwd: string, args: readonly string[], afterMs: number): Promise<void> {
  const child = startAuroraboot(cwd, args)
  child.stdout.resume()
  child.stderr.resume()
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
  await once(child, 'close')
  clearTimeout(timer)
}
