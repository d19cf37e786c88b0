import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'

/** The releases of Node that the packages promise to run on: the floor of `engines`, and the current LTS. */
export const NODE_RANGES = ['^22.19', '^24'] as const

/** What npm is asked with: nothing but the work. */
export const QUIET_INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'] as const

/** Runs npm in a directory, and not as a part of the `npm run` that runs the tests. */
export function npm(args: readonly string[], cwd: string): string {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))
  return execFileSync('npm', [...args], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Whether npm can fetch packages: from its registry, or from what it has kept. Says so when it cannot. */
export function canInstall(): boolean {
  try {
    npm(['view', 'typescript', 'version', '--prefer-offline'], tmpdir())
    return true
  } catch (error) {
    const message = 'These tests need a registry that npm can reach.'
    if (process.env.CI) throw new Error(message, { cause: error })
    console.warn(`Skipped. ${message}`)
    return false
  }
}

/**
 * The program of another release of Node, from npm. It is downloaded once and kept in the temporary directory.
 *
 * @param range - of versions: `^22.19`
 */
export function nodeOf(range: string): string {
  const cache = join(tmpdir(), `kairos-e2e-packages-${userInfo().username}`)
  const name = `node-${process.platform}-${process.arch}`
  const final = join(cache, `node${range.replace(/\W/g, '-')}`)
  const program = join(final, 'node_modules', name, 'bin', 'node')
  if (existsSync(program)) return program
  mkdirSync(cache, { recursive: true })
  // A directory that was not finished never gets the final name.
  const scratch = mkdtempSync(join(cache, 'node-'))
  try {
    writeFileSync(join(scratch, 'package.json'), '{ "private": true }')
    npm([...QUIET_INSTALL, `${name}@${range}`], scratch)
    renameSync(scratch, final)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return program
}

/** An environment in which programs that start with `#!/usr/bin/env node` run on that Node. */
export const runningOn = (node: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${dirname(node)}:${process.env.PATH}`,
})
