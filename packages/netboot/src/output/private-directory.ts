import type { Stats } from 'node:fs'
import { lstat, mkdtemp, rmdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { KairosError, translateError } from '@kairos-sdk/core'
import { makeDirectory } from './make-directory.js'

export interface PrivateDirectoryOptions {
  /**
   * Also takes one that looks just as a new one does there. File systems such as FAT, network shares and Windows' drives
   * under WSL keep neither owners nor permissions: there nothing is private, and what lies beside is not either. For work
   * in progress, not for what is trusted later. Default false.
   */
  readonly asNew?: boolean | undefined
}

/** Between two steps others may remove what was made, as those do who give up a lock. */
const ATTEMPTS = 10

/**
 * Makes a directory that only its owner can use, or takes the one that is there if it is such: what somebody else could
 * have put into a directory under /tmp must not be booted, and where somebody else's link leads nothing must be removed.
 *
 * @throws KairosError `input/not-permitted`, `output/*`
 */
export async function makePrivateDirectory(path: string, { asNew }: PrivateDirectoryOptions = {}): Promise<void> {
  // With a separator at the end it would be the target of a link that is looked at.
  const itself = resolve(path)
  const found = await made(itself).catch((error: unknown) => {
    const failure = translateError(error, `Cannot use ${path}`, 'output/not-writable')
    if (asNew || !['EACCES', 'EPERM'].includes((failure.cause as NodeJS.ErrnoException)?.code ?? '')) throw failure
    // Most often a directory that a run with sudo has made.
    throw new KairosError(failure.code, failure.message, { hint: OTHER_DIRECTORY, cause: error })
  })
  if (!found.isDirectory()) throw notOurs(path, 'a directory', 'something else')
  const why = strangeness(found)
  if (why === undefined || (asNew && (await looksNew(found, itself)))) return
  throw notOurs(path, ...why)
}

const OTHER_DIRECTORY = 'Remove it, or choose another state_dir or output.'

async function made(path: string): Promise<Stats> {
  for (let attempt = 1; ; attempt++) {
    await makeDirectory(path, { mode: 0o700 })
    try {
      return await lstat(path)
    } catch (error) {
      const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!gone || attempt === ATTEMPTS) throw error
    }
  }
}

/** What was expected and what was found, where others may have put something into a directory. */
function strangeness({ uid, mode }: Stats): [string, string] | undefined {
  // Windows knows neither.
  if (process.getuid === undefined) return undefined
  if (!trustedOwners().includes(uid)) return ['a directory of our own', `one of user ${uid}`]
  return (mode & 0o022) === 0 ? undefined : ['a directory that others cannot write to', 'another']
}

/** Users whose files are ours. With sudo also the one who called it: they may have filled the directory before. */
export function trustedOwners(): (number | undefined)[] {
  const own = process.getuid?.()
  const caller = process.env.SUDO_UID
  return own === 0 && caller !== undefined && /^\d+$/.test(caller) ? [own, Number(caller)] : [own]
}

/** Compares a directory with one that is made beside it. */
async function looksNew({ uid, mode }: Stats, path: string): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const beside = await mkdtemp(`${path}.`).catch(() => undefined)
    if (beside === undefined) return false
    // Who has the lock of a work directory empties it, also of this one.
    const made = await lstat(beside).catch(() => undefined)
    await rmdir(beside).catch(() => undefined)
    if (made) return made.uid === uid && (made.mode & 0o022) === (mode & 0o022)
  }
  return false
}

function notOurs(path: string, expected: string, found: string): KairosError {
  return new KairosError('input/not-permitted', `${path}: ${expected} expected, ${found} found.`, {
    hint: OTHER_DIRECTORY,
  })
}
