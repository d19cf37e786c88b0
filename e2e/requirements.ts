import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** Programs of administrators are not on the path of everybody, but everybody may run many of them. */
const DIRECTORIES = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']

/** Where a program is, or `undefined`. */
export function findProgram(name: string): string | undefined {
  const candidates = isAbsolute(name) ? [name] : DIRECTORIES.map((directory) => join(directory, name))
  return candidates.find((path) => {
    try {
      accessSync(path, isAbsolute(name) ? constants.R_OK : constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/**
 * Asks for programs (by name), files (by absolute path) and, as `root`, for the rights that a test needs and the project
 * does not bring along.
 *
 *     describe.skipIf(requirement(['xorriso', '/usr/share/OVMF/OVMF_CODE_4M.fd']))('...', () => {})
 *
 * @returns true when one is missing and the tests are to be skipped, which is then said
 * @throws Error in CI, where skipped tests would hide that nothing was tested
 */
export function requirement(names: readonly string[]): boolean {
  const missing = names.filter((name) => (name === 'root' ? process.getuid?.() !== 0 : findProgram(name) === undefined))
  if (missing.length === 0) return false
  const message = `These tests need ${missing.join(', ')}.`
  if (process.env.CI) throw new Error(message)
  console.warn(`Skipped. ${message}`)
  return true
}
