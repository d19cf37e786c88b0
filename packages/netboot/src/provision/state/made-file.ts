import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileMark } from '../../sources/cache/index.js'
import { writeBeside } from '../../sources/transfer/index.js'
import type { ResultFile } from '../results.js'
import type { StatePaths } from './state-paths.js'

/** What is known of a file that a run made. */
export interface MadeFile {
  readonly path: string
  readonly size: number
  readonly sha256: string
  /** What a person should know about it, also when it was made by an earlier run. */
  readonly warnings: readonly string[]
}

/** What is written down of a file. */
export interface Made extends Pick<MadeFile, 'sha256'>, Partial<Pick<MadeFile, 'warnings'>> {
  readonly identity: string
}

/**
 * A file of an earlier run, when it was made of the same things and nobody has changed it since. Its content is not read:
 * whoever writes to a file changes its date.
 */
export async function recallMade(paths: StatePaths, path: string, identity: string): Promise<MadeFile | undefined> {
  const found = await readRecord(paths, path)
  return found?.identity === identity ? found.made : undefined
}

/** True for a file that an earlier run made, of whatever, when nobody has changed it since. */
export async function isMade(paths: StatePaths, path: string): Promise<boolean> {
  return (await readRecord(paths, path)) !== undefined
}

async function readRecord(
  paths: StatePaths,
  path: string,
): Promise<{ readonly identity: unknown; readonly made: MadeFile } | undefined> {
  try {
    const record = JSON.parse(await readFile(recordOf(paths, path), 'utf8')) as Record<string, unknown>
    const { identity, sha256, warnings } = record
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined
    if (!Array.isArray(warnings) || !warnings.every((warning) => typeof warning === 'string')) return undefined
    const { size, mark } = await fileMark(path)
    return record.mark === mark ? { identity, made: { path, size, sha256, warnings } } : undefined
  } catch {
    // Without a record, or with one that makes no sense, the file is made again.
    return undefined
  }
}

/** @param secret - the cloud config is in it */
export function resultFile({ path, size, sha256 }: MadeFile, secret: boolean): ResultFile {
  return { path, size, sha256, secret }
}

/** Writes down what a file was made of, when it has its name. */
export async function rememberMade(
  paths: StatePaths,
  path: string,
  { identity, sha256, warnings = [] }: Made,
): Promise<void> {
  const { mark } = await fileMark(path)
  const record = { path, identity, sha256, warnings, mark }
  await writeBeside(recordOf(paths, path), `${JSON.stringify(record, null, 2)}\n`)
}

/** Names of files can be as long as those of files may be: records have digests for names. */
function recordOf(paths: StatePaths, path: string): string {
  const name = createHash('sha256').update(relative(paths.stateDir, path)).digest('hex').slice(0, 32)
  return join(paths.records, `${name}.json`)
}
