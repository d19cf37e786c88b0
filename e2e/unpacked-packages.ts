import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** What `unpackedPackages` needs; for `requirement`. */
export const UNPACKING_NEEDS = ['apt-get', 'apt-cache', 'dpkg-deb'] as const

/**
 * The files of packages of the distribution, without installing them. They are downloaded once and kept in the temporary
 * directory.
 *
 * @param names - of packages; the first one names the copy that is kept
 */
export function unpackedPackages(names: readonly string[]): string {
  const cache = join(tmpdir(), `kairos-e2e-packages-${userInfo().username}`)
  const final = join(cache, names[0] ?? 'none')
  if (existsSync(final)) return final
  mkdirSync(cache, { recursive: true })
  // A directory that was not finished never gets the final name.
  const scratch = mkdtempSync(join(cache, 'unpacking-'))
  try {
    execFileSync('apt-get', ['download', ...names], { cwd: scratch, stdio: 'pipe' })
    for (const file of readdirSync(scratch).filter((name) => name.endsWith('.deb'))) {
      execFileSync('dpkg-deb', ['-x', join(scratch, file), join(scratch, 'root')], { stdio: 'pipe' })
    }
    renameSync(join(scratch, 'root'), final)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return final
}
