import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acquireFileLock } from './file-lock.js'

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lock-'))
  path = join(directory, 'lock')
})
afterEach(() => rm(directory, { recursive: true }))

/** A lock as a process leaves it that is killed. */
async function leave(name: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await writeFile(join(path, name), '')
  return join(path, name)
}

describe('acquireFileLock', () => {
  it('lets one at a time pass, and leaves nothing behind', async () => {
    let inside = 0
    let most = 0
    const pass = async () => {
      const lock = await acquireFileLock(path)
      most = Math.max(most, ++inside)
      await new Promise(setImmediate)
      inside--
      await lock.release()
    }
    await Promise.all(Array.from({ length: 8 }, pass))
    expect(most).toBe(1)
    expect(await readdir(directory)).toEqual([])
  })

  it('says once that it waits, and stops waiting when it is cancelled', async () => {
    const lock = await acquireFileLock(path)
    const stop = new AbortController()
    let waits = 0
    const waiting = acquireFileLock(path, stop.signal, () => {
      waits++
      stop.abort()
    })
    await expect(waiting).rejects.toThrow()
    expect(waits).toBe(1)
    expect(await lock.held()).toBe(true)
    await lock.release()
  })

  it.runIf(process.platform === 'linux')(
    'takes over from a process that is dead, also when its number is used again',
    async () => {
      const own = await acquireFileLock(path)
      const [name = ''] = await readdir(path)
      await own.release()
      const [, startTime, place] = name.split('-')
      const child = spawn(process.execPath, ['-e', ''])
      await new Promise((resolve) => child.once('exit', resolve))
      await leave(`${child.pid}-${startTime}-${place}-aaaaaaaaaaaa`)
      // Ours, but of an earlier life.
      await leave(`${process.pid}-1-${place}-bbbbbbbbbbbb`)
      const lock = await acquireFileLock(path)
      expect(await readdir(path)).toHaveLength(1)
      await lock.release()
    },
  )

  it.runIf(process.platform === 'linux')(
    'takes over from one that is dead but not yet buried by its parent',
    async () => {
      const own = await acquireFileLock(path)
      const [, , place] = (await readdir(path))[0]?.split('-') ?? []
      await own.release()
      // The shell becomes `cat`, which never asks how a child has ended.
      const parent = spawn('sh', ['-c', 'tail -f /dev/null & echo $!; exec cat'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const [printed] = await once(parent.stdout, 'data')
      const pid = Number(printed)
      try {
        const stat = async (of: number | undefined) => (await readFile(`/proc/${of}/stat`, 'latin1')).split(' ')
        while ((await stat(parent.pid))[1] !== '(cat)') await new Promise(setImmediate)
        process.kill(pid, 'SIGKILL')
        while ((await stat(pid))[2] !== 'Z') await new Promise(setImmediate)
        await leave(`${pid}-${(await stat(pid))[21]}-${place}-dddddddddddd`)
        await (await acquireFileLock(path, AbortSignal.timeout(2000))).release()
      } finally {
        parent.stdin.end()
      }
    },
  )

  it('gives a process that it cannot look up a minute to show that it lives', async () => {
    const entry = await leave('1-5-eeeeeeeeeeeeeeee-cccccccccccc')
    const stop = new AbortController()
    await expect(acquireFileLock(path, stop.signal, () => stop.abort())).rejects.toThrow()
    const before = new Date(Date.now() - 61_000)
    await utimes(entry, before, before)
    const lock = await acquireFileLock(path)
    await lock.release()
  })

  it('removes nothing but what a process has left that had the lock', async () => {
    const before = new Date(Date.now() - 3_600_000)
    const names = ['id_ed25519', '1-5-eeeeeeeeeeeeeeee-cccccccccccc.pub', '1-5-elsewhere-cccccccccccc']
    for (const name of [...names, '1-5-eeeeeeeeeeeeeeee-cccccccccccc']) {
      await utimes(await leave(name), before, before)
    }
    const lock = await acquireFileLock(path)
    await lock.release()
    expect((await readdir(path)).sort()).toEqual(names.toSorted())
  })

  it('refuses a link, and what others can write to', async () => {
    const elsewhere = join(directory, 'elsewhere')
    const entry = '1-5-eeeeeeeeeeeeeeee-cccccccccccc'
    await mkdir(elsewhere, { mode: 0o700 })
    await writeFile(join(elsewhere, entry), '')
    await utimes(join(elsewhere, entry), 0, 0)
    await symlink(elsewhere, path, 'junction')
    await expect(acquireFileLock(path)).rejects.toMatchObject({ code: 'input/not-permitted' })
    expect(await readdir(elsewhere)).toEqual([entry])
    if (process.platform === 'win32') return
    await chmod(elsewhere, 0o777)
    await expect(acquireFileLock(elsewhere)).rejects.toMatchObject({ code: 'input/not-permitted' })
    expect(await readdir(elsewhere)).toEqual([entry])
  })

  it('notices that it was taken for dead', async () => {
    const lock = await acquireFileLock(path)
    await rm(path, { recursive: true })
    expect(await lock.held()).toBe(false)
    await lock.release()
  })

  it('makes the directory that it lies in', async () => {
    const lock = await acquireFileLock(join(directory, 'state/work/lock'))
    expect(await lock.held()).toBe(true)
    await lock.release()
  })

  it('is refused, not awaited, where nothing can be made', async () => {
    await writeFile(join(directory, 'file'), '')
    await expect(acquireFileLock(join(directory, 'file/lock'))).rejects.toThrow()
    if (process.platform !== 'linux') return
    await expect(acquireFileLock('/proc/kairos/lock')).rejects.toMatchObject({ code: 'output/not-writable' })
  })
})
