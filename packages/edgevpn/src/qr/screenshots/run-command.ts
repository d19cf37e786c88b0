import { execFile } from 'node:child_process'

export interface RunCommandOptions {
  readonly signal?: AbortSignal | undefined
  /** The environment of the command. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Runs a program without a shell and waits for its end; throws when it is missing, fails or takes too long. */
export type RunCommand = (command: string, args: readonly string[], options: RunCommandOptions) => Promise<void>

/** A desktop that asks the user for permission does so in a dialog; without an answer the next way is tried. */
const TIMEOUT_MS = 20_000

export const runCommand: RunCommand = (command, args, { signal, env }) =>
  new Promise((resolve, reject) => {
    const settings = { env: env as NodeJS.ProcessEnv, signal, timeout: TIMEOUT_MS, windowsHide: true }
    execFile(command, args, settings, (error, _stdout, stderr) => {
      if (!error) return resolve()
      const isTimeout = error.killed === true && !signal?.aborted
      const said = stderr.trim().split('\n')[0] ?? ''
      if (isTimeout) reject(new Error(`no answer within ${TIMEOUT_MS / 1000} seconds`, { cause: error }))
      else if (said !== '') reject(new Error(said.slice(0, 200), { cause: error }))
      else reject(error)
    })
  })
