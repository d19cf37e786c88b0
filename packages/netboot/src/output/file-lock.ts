import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { open, readdir, rm, rmdir, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makePrivateDirectory } from './private-directory.js'

const HEARTBEAT_MS = 5_000
/** A holder whose life cannot be looked up, in another container for example, counts as dead after this silence. */
const DEAD_AFTER_MS = 60_000
const POLL_MS = 100
/** Process, its start, the place that its number is of, and a random part. */
const ENTRY = /^\d+-(?:\d+|unknown)-[0-9a-f]{16}-[0-9a-f]{12}$/

export interface FileLock {
  /** False when somebody took it for dead. */
  held(): Promise<boolean>
  release(): Promise<void>
}

/**
 * Lets one process at a time pass. `path` becomes a directory in which each contender puts a file of its own, named for
 * its process; whoever finds no living one beside its own has the lock. Names are never used twice, so that removing
 * one of a dead process cannot hit a living one; and nothing else is ever removed. The directory that it lies in is made if
 * need be. For local file systems.
 *
 * @param onWait - called once when another process has it
 * @throws KairosError `input/not-permitted` when what is at `path` may be somebody else's, `output/*`; and what Node throws
 */
export async function acquireFileLock(path: string, signal?: AbortSignal, onWait?: () => void): Promise<FileLock> {
  let told = false
  for (;;) {
    signal?.throwIfAborted()
    await makePrivateDirectory(path, { asNew: true })
    if (!(await othersLive(path, undefined))) {
      const own = await register(path)
      // Looked at again behind the own entry: of two who come at once, at least one sees the other.
      if (!(await othersLive(path, own))) return hold(path, own)
      await unregister(path, own)
    }
    if (!told) onWait?.()
    told = true
    await sleep(POLL_MS * (0.5 + Math.random()), undefined, signal && { signal })
  }
}

function hold(path: string, own: string): FileLock {
  const entry = join(path, own)
  const heartbeat = setInterval(() => {
    const now = new Date()
    utimes(entry, now, now).catch(() => undefined)
  }, HEARTBEAT_MS)
  heartbeat.unref()
  return {
    held: () =>
      stat(entry).then(
        () => true,
        () => false,
      ),
    async release() {
      clearInterval(heartbeat)
      await unregister(path, own)
    },
  }
}

async function register(path: string): Promise<string> {
  const own = `${process.pid}-${factsOf(process.pid)?.startTime ?? 'unknown'}-${placeOfProcesses()}-${randomBytes(6).toString('hex')}`
  for (;;) {
    await makePrivateDirectory(path, { asNew: true })
    try {
      await (await open(join(path, own), 'wx', 0o600)).close()
      return own
    } catch (error) {
      // Somebody who left removed the empty directory in between.
      if (!isMissing(error)) throw error
    }
  }
}

async function unregister(path: string, own: string): Promise<void> {
  await rm(join(path, own), { force: true })
  // Fails as long as somebody else is in there.
  await rmdir(path).catch(() => undefined)
}

/** True when an entry beside the own one is of a living process. Those of dead ones are removed. */
async function othersLive(path: string, own: string | undefined): Promise<boolean> {
  const names = await readdir(path).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  let living = false
  for (const name of names) {
    if (name === own || !ENTRY.test(name)) continue
    if (await lives(path, name)) living = true
    else await rm(join(path, name), { force: true })
  }
  return living
}

async function lives(path: string, name: string): Promise<boolean> {
  const [pid = '', startTime = '', place = ''] = name.split('-')
  if (place === placeOfProcesses()) {
    const found = factsOf(Number(pid))
    if (found?.dead) return false
    if (found && startTime !== 'unknown') return found.startTime === startTime
    if (!processExists(Number(pid))) return false
  }
  const entry = await stat(join(path, name)).catch(() => undefined)
  return entry !== undefined && Date.now() - entry.mtimeMs < DEAD_AFTER_MS
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

interface ProcessFacts {
  /** Ticks since the start of the system: process numbers are used again. */
  readonly startTime: string
  /** Killed, and nobody has asked for how it ended; in containers often nobody ever does. */
  readonly dead: boolean
}

/** What /proc tells (proc(5), fields 3 and 22), where there is such. */
function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in field 2 may have spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, startTime] = [fields[0], fields[19]]
    return startTime === undefined ? undefined : { startTime, dead: state === 'Z' || state === 'X' }
  } catch {
    return undefined
  }
}

let place: string | undefined

/** Stands for the set of processes that process numbers are of: a host since its start, and a container on it. */
function placeOfProcesses(): string {
  place ??= createHash('sha256').update(placeFacts().join('\n')).digest('hex').slice(0, 16)
  return place
}

function placeFacts(): string[] {
  return [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
  ]
}

function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
