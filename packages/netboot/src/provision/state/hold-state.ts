import { access, constants, rm } from 'node:fs/promises'
import { KairosError, translateError } from '@kairos-sdk/core'
import { acquireFileLock, makeDirectory, makePrivateDirectory } from '../../output/index.js'
import type { StatePaths } from './state-paths.js'
import { whoElseCanReplace } from './who-else.js'

/** The directory of the run, held against other runs. */
export interface HeldState {
  /** Lets other runs in. Can be called again. */
  release(): Promise<void>
}

export interface HoldStateOptions {
  readonly signal?: AbortSignal | undefined
  /** Called once when another run makes something there, which is then waited for. */
  readonly onWait?: (() => void) | undefined
  /** Told what a person should know about the directory, as a sentence. */
  readonly onWarning?: ((message: string) => void) | undefined
}

/**
 * Makes the directories of a run and keeps other runs out, until it is released. What a run that was killed left unfinished is
 * removed.
 *
 * @throws KairosError `output/*`, `input/not-permitted` for directories of somebody else, `aborted`
 */
export async function holdState(
  paths: StatePaths,
  { signal, onWait, onWarning }: HoldStateOptions = {},
): Promise<HeldState> {
  const doing = `Cannot use ${paths.stateDir}`
  try {
    await makeDirectory(paths.stateDir)
    await access(paths.stateDir, constants.W_OK)
    // No more than a warning: root may well work for somebody else.
    const warning = await whoElseCanReplace(paths.stateDir)
    if (warning !== undefined) onWarning?.(warning)
    const lock = await acquireFileLock(paths.lock, signal, onWait)
    let released: Promise<void> | undefined
    const release = () => {
      released ??= rm(paths.work, { recursive: true, force: true })
        // What cannot be removed now is removed by the next run, or named by its error.
        .catch(() => undefined)
        .then(() => lock.release())
      return released
    }
    try {
      for (const path of [paths.iso, paths.records]) await makePrivateDirectory(path)
      await rm(paths.work, { recursive: true, force: true })
      await makePrivateDirectory(paths.work)
    } catch (error) {
      await release()
      throw error
    }
    return { release }
  } catch (error) {
    const translated = translateError(error, doing, 'output/not-writable')
    if (translated.code !== 'output/not-writable') throw translated
    throw new KairosError(translated.code, translated.message, {
      hint: 'Choose a directory that can be written to: --set state_dir=DIRECTORY',
      cause: error,
    })
  }
}
