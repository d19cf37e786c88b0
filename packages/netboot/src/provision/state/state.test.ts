import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { directoryDigest } from './directory-digest.js'
import { holdState } from './hold-state.js'
import { identityOf } from './identity.js'
import { recallMade, rememberMade } from './made-file.js'
import { putChecksum, putInPlace, putText } from './put-in-place.js'
import { type StatePaths, statePaths } from './state-paths.js'

let directory: string
let paths: StatePaths
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kairos-state-'))
  paths = statePaths(join(directory, 'state'))
})
afterEach(() => rm(directory, { recursive: true }))

describe('identityOf', () => {
  it('differs when an input does, also when it moves to another one, and not by their order', () => {
    const id = identityOf({ a: '1', b: '2' })
    expect(identityOf({ b: '2', a: '1' })).toBe(id)
    expect(identityOf({ a: '1', b: '3' })).not.toBe(id)
    expect(identityOf({ a: '12', b: undefined })).not.toBe(identityOf({ a: '1', b: '2' }))
    expect(identityOf({ a: undefined })).not.toBe(identityOf({ a: '' }))
  })
})

describe('directoryDigest', () => {
  it('differs with names, contents, permissions and links, and with nothing else', async () => {
    const top = join(directory, 'tree')
    await mkdir(join(top, 'inner'), { recursive: true })
    const file = join(top, 'inner/file')
    const date = new Date('2026-01-01')
    const reset = async () => {
      await writeFile(file, 'content')
      await chmod(file, 0o644)
      await utimes(file, date, date)
    }
    await reset()
    await symlink('file', join(top, 'inner/link'))
    const digest = await directoryDigest(top)
    expect(await directoryDigest(top)).toBe(digest)
    const changes = [
      () => writeFile(file, 'CONTENT').then(() => utimes(file, date, date)),
      () => chmod(file, 0o600),
      () => utimes(file, date, new Date('2026-01-02')),
    ]
    for (const change of changes) {
      await change()
      expect(await directoryDigest(top)).not.toBe(digest)
      await reset()
      expect(await directoryDigest(top)).toBe(digest)
    }
    await rm(join(top, 'inner/link'))
    await symlink('other', join(top, 'inner/link'))
    expect(await directoryDigest(top)).not.toBe(digest)
  })
})

describe('what a run has made', () => {
  const sha256 = 'a'.repeat(64)
  const path = () => join(paths.iso, 'kairos.iso')
  beforeEach(async () => {
    await (await holdState(paths)).release()
    await writeFile(path(), 'image')
    await rememberMade(paths, path(), { identity: 'one', sha256 })
  })

  it('is recalled as long as nobody writes to it, and it is made of the same', async () => {
    expect(await recallMade(paths, path(), 'one')).toEqual({ path: path(), size: 5, sha256, warnings: [] })
    expect(await recallMade(paths, path(), 'two')).toBeUndefined()
    expect(await recallMade(paths, join(paths.iso, 'other.iso'), 'one')).toBeUndefined()
    await writeFile(path(), 'IMAGE')
    expect(await recallMade(paths, path(), 'one')).toBeUndefined()
  })

  it('is recalled with its warnings, and never without', async () => {
    await rememberMade(paths, path(), { identity: 'one', sha256, warnings: ['careful'] })
    expect((await recallMade(paths, path(), 'one'))?.warnings).toEqual(['careful'])
    const [name = ''] = await readdir(paths.records)
    const record = JSON.parse(await readFile(join(paths.records, name), 'utf8'))
    for (const warnings of [undefined, 'careful', [1]]) {
      await writeFile(join(paths.records, name), JSON.stringify({ ...record, warnings }))
      expect(await recallMade(paths, path(), 'one')).toBeUndefined()
    }
  })

  it('is made again when it is gone, or its record makes no sense', async () => {
    const [record = ''] = await readdir(paths.records)
    await writeFile(join(paths.records, record), '{"identity":"one"')
    expect(await recallMade(paths, path(), 'one')).toBeUndefined()
    await rememberMade(paths, path(), { identity: 'one', sha256 })
    await rm(path())
    expect(await recallMade(paths, path(), 'one')).toBeUndefined()
  })

  it('loses its checksum before it gets another content', async () => {
    const held = await holdState(paths)
    await putChecksum(paths, path(), sha256)
    expect(await readFile(`${path()}.sha256`, 'utf8')).toBe(`${sha256} kairos.iso\n`)
    const part = join(paths.work, 'part')
    await writeFile(part, 'next')
    await putInPlace(part, path())
    await held.release()
    expect(await readdir(paths.iso)).toEqual(['kairos.iso'])
    expect(await readFile(path(), 'utf8')).toBe('next')
  })
})

describe('putText', () => {
  it('writes what only its owner may read as such, and leaves alone what is right', async () => {
    const held = await holdState(paths)
    const path = join(paths.iso, 'config.yaml')
    await writeFile(path, 'secret', { mode: 0o644 })
    expect(await putText(paths, path, 'secret', 0o600)).toMatchObject({ size: 6, secret: true })
    const { mode, ino } = await stat(path)
    expect(mode & 0o777).toBe(0o600)
    await putText(paths, path, 'secret', 0o600)
    expect((await stat(path)).ino).toBe(ino)
    await held.release()
  })
})

describe('holdState', () => {
  it('removes what a run that was killed left unfinished, and its own work in the end', async () => {
    await mkdir(paths.work, { recursive: true, mode: 0o700 })
    await chmod(paths.iso, 0o700)
    await writeFile(join(paths.work, 'half.iso'), 'half')
    const held = await holdState(paths)
    expect(await readdir(paths.work)).toEqual([])
    await held.release()
    await held.release()
    expect((await readdir(paths.stateDir)).sort()).toEqual(['iso', 'records'])
    expect(await readdir(paths.iso)).toEqual([])
  })

  it('keeps others out until it is released, and stops waiting when it is cancelled', async () => {
    const held = await holdState(paths)
    const stop = new AbortController()
    const waiting = Promise.withResolvers<void>()
    const other = holdState(paths, { signal: stop.signal, onWait: waiting.resolve })
    await waiting.promise
    stop.abort()
    await expect(other).rejects.toMatchObject({ code: 'aborted' })
    await held.release()
    await (await holdState(paths)).release()
  })

  it('does not use directories that others can write to', async () => {
    await mkdir(paths.iso, { recursive: true })
    await chmod(paths.iso, 0o777)
    await expect(holdState(paths)).rejects.toMatchObject({ code: 'input/not-permitted' })
    expect(await readdir(paths.stateDir)).toEqual(['iso'])
  })

  it('says what stands in the way', async () => {
    await writeFile(join(directory, 'file'), '')
    await expect(holdState(statePaths(join(directory, 'file/state')))).rejects.toMatchObject({
      message: expect.stringContaining('is not a directory'),
    })
  })
})
