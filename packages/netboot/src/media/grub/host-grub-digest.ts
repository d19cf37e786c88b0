import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { DIRECTORIES, type GrubHost, PLATFORMS, PROGRAMS } from './host-grub.js'

/**
 * A digest of the GRUB that is installed on this machine, by names, sizes and dates: another one, or one that was installed in the
 * meantime, makes other media. It says nothing about whether GRUB is there.
 */
export async function hostGrubDigest(host: GrubHost = {}): Promise<string> {
  const hash = createHash('sha256')
  for (const program of host.programs ?? PROGRAMS) {
    const found = await firstOf(placesOf(program))
    if (found) hash.update(JSON.stringify(found))
  }
  for (const parent of host.directories ?? DIRECTORIES) {
    for (const platform of PLATFORMS) {
      const directory = join(parent, platform)
      const names = await readdir(directory).catch(() => [])
      for (const name of names.sort()) {
        const path = join(directory, name)
        hash.update(JSON.stringify([path, await markOf(path)]))
      }
    }
  }
  return hash.digest('hex')
}

/** Where a program is looked for when it is run by its name. */
function placesOf(program: string): string[] {
  if (/[/\\]/.test(program)) return [program]
  const name = process.platform === 'win32' ? `${program}.exe` : program
  return (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, name))
}

/** What is run: where else it was looked for says nothing, and PATH differs between shells, cron and npm. */
async function firstOf(paths: readonly string[]): Promise<[string, string] | undefined> {
  for (const path of paths) {
    const mark = await markOf(path)
    if (mark !== undefined) return [path, mark]
  }
  return undefined
}

async function markOf(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  return stats && [stats.size, stats.mtimeNs].join(' ')
}
