import { execFile } from 'node:child_process'
import { findProgram } from './requirements.js'

export interface ProgramResult {
  readonly code: number
  /** Standard output, then standard error. */
  readonly output: string
  readonly stdout: Buffer
}

/** Runs a program to its end, in a locale without translations, so that messages can be compared. Never throws for an exit code. */
export function runProgram(name: string, args: readonly string[], input?: Uint8Array): Promise<ProgramResult> {
  const path = findProgram(name) ?? name
  return new Promise((resolve, reject) => {
    const options = {
      encoding: 'buffer' as const,
      maxBuffer: 512 * 1024 * 1024,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    }
    const child = execFile(path, [...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error)
      else resolve({ code: Number(error?.code ?? 0), output: `${stdout}${stderr}`, stdout })
    })
    child.stdin?.end(input)
  })
}
