import { createHash } from 'node:crypto'
import type { ReadOptions } from '../../bytes/byte-source.js'
import { fileSource } from '../../bytes/file-source.js'
import { hashSource } from '../../bytes/hash-source.js'
import { walkDirectory } from '../../file-system/directory/index.js'

/**
 * A digest of a directory: names, permissions, dates, links and contents. Owners do not count, as what is laid over something
 * belongs to root.
 *
 * @throws KairosError `input/*`, `aborted`
 */
export async function directoryDigest(directory: string, options: ReadOptions = {}): Promise<string> {
  const hash = createHash('sha256')
  for await (const { path, diskPath, stats, target } of walkDirectory(directory, options)) {
    const content = stats.isFile() ? await hashSource(await fileSource(diskPath.toString()), 'sha256', options) : ''
    // Which names are one file matters where hard links are kept.
    const links = stats.nlink > 1n && !stats.isDirectory() ? `${stats.dev}:${stats.ino}` : ''
    const facts = [path, stats.mode, stats.isDirectory() ? '' : stats.mtimeNs, stats.rdev, target ?? '', links, content]
    hash.update(JSON.stringify(facts.map(String)))
  }
  return hash.digest('hex')
}
