import { lstat } from 'node:fs/promises'
import { KairosError, translateError } from '@kairos-sdk/core'
import { makeDirectory } from './make-directory.js'

/**
 * Makes a directory that only its owner can use, or takes the one that is there if it is such: what somebody else could
 * have put into a directory under /tmp must not be booted.
 *
 * @throws KairosError `input/not-permitted`, `output/*`
 */
export async function makePrivateDirectory(path: string): Promise<void> {
  try {
    await makeDirectory(path, { mode: 0o700 })
    const found = await lstat(path)
    if (!found.isDirectory()) throw notOurs(path, 'a directory', 'something else')
    // Windows knows neither.
    if (process.getuid === undefined) return
    if (!trustedOwners().includes(found.uid)) throw notOurs(path, 'a directory of our own', `one of user ${found.uid}`)
    if ((found.mode & 0o022) !== 0) throw notOurs(path, 'a directory that others cannot write to', 'another')
  } catch (error) {
    const failure = translateError(error, `Cannot use ${path}`, 'output/not-writable')
    if (failure === error || failure.code !== 'input/not-permitted') throw failure
    // Most often a directory that a run with sudo has made.
    throw new KairosError(failure.code, failure.message, { hint: OTHER_DIRECTORY, cause: error })
  }
}

const OTHER_DIRECTORY = 'Choose another state_dir, or remove this directory.'

/** With sudo also the user who called it: they may have filled the directory before. */
function trustedOwners(): (number | undefined)[] {
  const own = process.getuid?.()
  const caller = process.env.SUDO_UID
  return own === 0 && caller !== undefined && /^\d+$/.test(caller) ? [own, Number(caller)] : [own]
}

function notOurs(path: string, expected: string, found: string): KairosError {
  return new KairosError('input/not-permitted', `${path}: ${expected} expected, ${found} found.`, {
    hint: OTHER_DIRECTORY,
  })
}
