import { access, constants, mkdir, readdir, realpath, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { KairosError, throwIfAborted } from '@kairos-sdk/core'
import { acquireFileLock, type FileLock } from './file-lock.js'
import { outputError } from './output-error.js'
import { makePrivateDirectory } from './private-directory.js'

const LOCK = 'lock'

export interface WorkBesideOptions {
  readonly signal?: AbortSignal | undefined
  /** Called once when another process makes the same output, which is then waited for. */
  readonly onWait?: (() => void) | undefined
  /** What the output is called in messages. Default: its path. */
  readonly name?: string | undefined
}

/** The directory beside an output that {@link workBeside} works in. */
export function workDirectoryOf(output: string): string {
  return join(dirname(resolve(output)), `.${basename(resolve(output))}.part`)
}

/**
 * Lets `work` make an output in a directory of its own beside it, on the same file system, so that what is complete gets
 * its final name by renaming. The directory is removed in the end, whatever happens. When the process is killed it stays,
 * under a name that tells (`.NAME.part`), and the next call for the same output removes it. Two processes with one output
 * take turns.
 *
 * @param work - gets the path of an empty directory that only the owner can look into
 * @throws KairosError `output/not-writable`, `output/no-space`, `input/not-permitted` when what is at that name may be
 *   somebody else's, `aborted`, and what `work` throws
 */
export async function workBeside<T>(
  output: string,
  work: (directory: string) => Promise<T>,
  options: WorkBesideOptions = {},
): Promise<T> {
  const doing = `Cannot write ${options.name ?? output}`
  const directory = workDirectoryOf(output)
  throwIfAborted(options.signal, doing)
  await checkParent(output, doing)
  const lock = await lockOf(directory, options).catch(async (error: unknown) => {
    await rmdir(directory).catch(() => undefined)
    throw outputError(error, doing)
  })
  try {
    // Again, now that it stays: until the lock was ours, others might have removed it and somebody else made it.
    await makePrivateDirectory(directory, { asNew: true })
    return await workIn(directory, work)
  } catch (error) {
    throw outputError(error, doing)
  } finally {
    await lock.release()
    // Fails as long as another process waits in there.
    await rmdir(directory).catch(() => undefined)
  }
}

/**
 * As {@link workBeside}, for outputs that belong together: `work` has a directory beside each.
 *
 * @param work - gets their paths in the order of the outputs
 * @throws KairosError as that, and `argument/invalid` for one output twice
 */
export async function workBesideAll<T>(
  outputs: readonly string[],
  work: (directories: readonly string[]) => Promise<T>,
  options: Omit<WorkBesideOptions, 'name'> = {},
): Promise<T> {
  const directories = new Map<string, string>()
  // In an order of its own: two who name the same outputs differently would wait for each other for ever.
  const places = await Promise.all(outputs.map(placeOf))
  const turns = [...places].sort()
  const twice = turns.find((output, index) => output === turns[index + 1])
  if (twice !== undefined) {
    throw new KairosError('argument/invalid', `${twice}: outputs of different names expected, one found twice.`)
  }
  const take = async (turn: number): Promise<T> => {
    const output = turns[turn]
    if (output === undefined) return await work(places.map((place) => directories.get(place) as string))
    const name = outputs[places.indexOf(output)]
    const next = (directory: string) => {
      directories.set(output, directory)
      return take(turn + 1)
    }
    return await workBeside(output, next, { ...options, name })
  }
  return await take(0)
}

/** The same for all ways to write a path. */
async function placeOf(output: string): Promise<string> {
  const path = resolve(output)
  // One without a parent is refused when its turn comes.
  const parent = await realpath(dirname(path)).catch(() => dirname(path))
  return join(parent, basename(path))
}

async function lockOf(directory: string, { signal, onWait }: WorkBesideOptions): Promise<FileLock> {
  // It will be emptied: whoever may write to the parent, as everybody may to /tmp, could have laid a link there.
  await makePrivateDirectory(directory, { asNew: true })
  return await acquireFileLock(join(directory, LOCK), signal, onWait)
}

async function workIn<T>(directory: string, work: (directory: string) => Promise<T>): Promise<T> {
  try {
    await empty(directory)
    return await work(await fresh(directory))
  } finally {
    // What cannot be removed now is removed by the next run, or named by its error.
    await empty(directory).catch(() => undefined)
  }
}

async function fresh(directory: string): Promise<string> {
  const path = join(directory, 'work')
  await mkdir(path, { mode: 0o700 })
  return path
}

async function empty(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name !== LOCK) await rm(join(directory, name), { recursive: true, force: true })
  }
}

async function checkParent(output: string, doing: string): Promise<void> {
  const parent = dirname(resolve(output))
  const stats = await stat(parent).catch(() => undefined)
  if (!stats?.isDirectory()) {
    throw new KairosError('output/not-writable', `${doing}: the directory ${parent} does not exist.`, {
      hint: 'Make the directory first.',
    })
  }
  // Later it would be told of a directory that nobody asked for.
  await access(parent, constants.W_OK).catch((error: unknown) => {
    throw outputError(error, doing)
  })
}
