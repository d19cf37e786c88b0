import { renameSync, symlinkSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acquireFileLock } from './file-lock.js'
import { workBeside, workBesideAll, workDirectoryOf } from './work-beside.js'

describe('workBeside', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'work-beside-'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))
  const output = () => join(directory, 'kairos.iso')
  const make = (work: string) => async (path: string) => {
    await writeFile(join(path, 'image'), work)
    await rename(join(path, 'image'), output())
  }

  it('leaves the output and nothing else', async () => {
    await workBeside(output(), make('x'))
    expect(await readdir(directory)).toEqual(['kairos.iso'])
  })

  it('leaves nothing when the work fails or is cancelled', async () => {
    const stop = new AbortController()
    const failing = workBeside(output(), async (path) => {
      await mkdir(join(path, 'deep'))
      await writeFile(join(path, 'deep/file'), 'x')
      stop.abort()
      stop.signal.throwIfAborted()
    })
    await expect(failing).rejects.toMatchObject({ code: 'aborted' })
    await expect(workBeside(output(), make('x'), { signal: stop.signal })).rejects.toMatchObject({ code: 'aborted' })
    expect(await readdir(directory)).toEqual([])
  })

  it('leaves nothing when it is cancelled while another has its turn', async () => {
    const stop = new AbortController()
    const first = Promise.withResolvers<void>()
    const holding = workBeside(output(), async (path) => {
      await first.promise
      await make('x')(path)
    })
    const waiting = workBeside(output(), make('y'), { signal: stop.signal, onWait: () => stop.abort() })
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
    first.resolve()
    await holding
    expect(await readdir(directory)).toEqual(['kairos.iso'])
  })

  it.skipIf(process.platform === 'win32')('refuses one output by two spellings, for which it would wait', async () => {
    await mkdir(join(directory, 'real'))
    await symlink('real', join(directory, 'link'))
    const outputs = ['real', 'link'].map((name) => join(directory, name, 'kairos.iso'))
    await expect(workBesideAll(outputs, async () => {})).rejects.toMatchObject({ code: 'argument/invalid' })
    expect(await readdir(join(directory, 'real'))).toEqual([])
  })

  it('removes what a process that was killed has left', async () => {
    const left = workDirectoryOf(output())
    await mkdir(join(left, 'work/tree'), { recursive: true, mode: 0o700 })
    await writeFile(join(left, 'work/tree/file'), 'half')
    await workBeside(output(), async (path) => {
      expect(await readdir(path)).toEqual([])
      await make('whole')(path)
    })
    expect(await readdir(directory)).toEqual(['kairos.iso'])
  })

  it('lets two who make one output take turns', async () => {
    let inside = 0
    const waited: string[] = []
    const work = async (path: string) => {
      expect(++inside).toBe(1)
      await make('x')(path)
      inside--
    }
    await Promise.all(['a', 'b'].map((name) => workBeside(output(), work, { onWait: () => waited.push(name) })))
    expect(await readdir(directory)).toEqual(['kairos.iso'])
  })

  it('neither works nor removes anything where a link leads', async () => {
    const elsewhere = join(directory, 'elsewhere')
    await mkdir(elsewhere, { mode: 0o700 })
    await writeFile(join(elsewhere, 'precious'), '')
    await symlink(elsewhere, workDirectoryOf(output()), 'junction')
    await expect(workBeside(output(), make('x'))).rejects.toMatchObject({ code: 'input/not-permitted' })
    expect(await readdir(elsewhere)).toEqual(['precious'])
  })

  it('removes nothing where a link leads that was laid while it waited', async () => {
    const elsewhere = join(directory, 'elsewhere')
    await mkdir(elsewhere, { mode: 0o700 })
    await writeFile(join(elsewhere, 'precious'), '')
    const lock = await acquireFileLock(join(workDirectoryOf(output()), 'lock'))
    const onWait = () => {
      renameSync(workDirectoryOf(output()), join(directory, 'before'))
      symlinkSync(elsewhere, workDirectoryOf(output()), 'junction')
    }
    await expect(workBeside(output(), make('x'), { onWait })).rejects.toMatchObject({ code: 'input/not-permitted' })
    expect(await readdir(elsewhere)).toEqual(['precious'])
    await lock.release()
  })

  it('says that the directory is missing', async () => {
    await expect(workBeside(join(directory, 'none/x'), make('x'))).rejects.toMatchObject({
      code: 'output/not-writable',
      hint: 'Make the directory first.',
    })
  })
})
