import { mkdirSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readFully } from '../../../bytes/byte-source.js'
import { memorySource } from '../../../bytes/memory-source.js'
import { acquireFileLock } from '../../../output/file-lock.js'
import { workDirectoryOf } from '../../../output/work-beside.js'
import { type AuthorEntry, authorIso } from '../author/index.js'
import type { IsoImage } from '../iso-image.js'
import { openIso } from '../open-iso.js'
import { extractIso } from './extract-iso.js'

const file = (path: string, content: string, mode = 0o644): AuthorEntry => ({
  path,
  type: 'file',
  mode,
  source: memorySource(path, content),
})

async function imageOf(...entries: AuthorEntry[]): Promise<IsoImage> {
  return openIso(await authorIso({ volumeLabel: 'TEST', entries }))
}

let parent: string
let target: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'extract-'))
  target = join(parent, 'out')
})
afterEach(() => rm(parent, { recursive: true }))

const tree = () =>
  imageOf(
    file('/boot/kernel', 'kernel', 0o4755),
    file('/config.yaml', '#cloud-config\n', 0o400),
    { path: '/boot/link', type: 'symlink', target: '../config.yaml' },
    { path: '/empty', type: 'directory', mode: 0o500 },
  )

describe('extractIso', () => {
  it('writes files, directories and links, without the right to run as somebody else', async () => {
    const summary = await extractIso(await tree(), target)
    expect(summary).toEqual({ files: 2, bytes: 20, warnings: [] })
    expect((await readdir(target, { recursive: true })).sort()).toEqual([
      ...['boot', 'boot/kernel', 'boot/link', 'config.yaml', 'empty'],
    ])
    expect(await readFile(join(target, 'boot/kernel'), 'utf8')).toBe('kernel')
    expect(await readlink(join(target, 'boot/link'))).toBe('../config.yaml')
    if (process.platform === 'win32') return
    expect((await stat(join(target, 'boot/kernel'))).mode & 0o7700).toBe(0o700)
    expect((await stat(join(target, 'config.yaml'))).mode & 0o777).toBe(0o600)
  })

  it('writes only what was named, each at its path in the image', async () => {
    await mkdir(target)
    await extractIso(await tree(), target, { paths: ['boot/kernel'] })
    expect((await readdir(target, { recursive: true })).sort()).toEqual(['boot', 'boot/kernel'])
  })

  it('fills the very directory that is there: a shell or a mount may be in it', async () => {
    await mkdir(target)
    const { ino } = await stat(target, { bigint: true })
    await extractIso(await tree(), join(target, '.'))
    expect((await stat(target, { bigint: true })).ino).toBe(ino)
    expect((await readdir(target)).sort()).toEqual(['boot', 'config.yaml', 'empty'])
  })

  it('removes what an extraction has left that was killed', async () => {
    const left = workDirectoryOf(target)
    await mkdir(left, { mode: 0o700 })
    await mkdir(join(left, 'work/tree/boot'), { recursive: true })
    await extractIso(await tree(), target)
    expect(await readdir(parent)).toEqual(['out'])
  })

  it('leaves out links that lead out of the directory, and says so', async () => {
    const image = await imageOf(
      { path: '/etc', type: 'symlink', target: '/etc' },
      { path: '/a/top', type: 'symlink', target: '..' },
      { path: '/a/out', type: 'symlink', target: 'top/../../x' },
    )
    const { warnings } = await extractIso(image, target)
    expect(warnings).toEqual([
      '/a/out is left out: it is a link that leads out of the directory, to top/../../x.',
      '/etc is left out: it is a link that leads out of the directory, to /etc.',
    ])
    expect([await readdir(target), await readdir(join(target, 'a'))]).toEqual([['a'], ['top']])
  })

  it('does not mix its files with others', async () => {
    await mkdir(target)
    await writeFile(join(target, 'mine'), 'mine')
    await expect(extractIso(await tree(), target)).rejects.toMatchObject({ code: 'output/not-writable' })
    await expect(extractIso(await tree(), join(target, 'mine'))).rejects.toMatchObject({ code: 'output/not-writable' })
    expect(await readdir(parent, { recursive: true })).toEqual(['out', 'out/mine'])
  })

  it('opens each file by its entry: to look each up would take as long as its directory is, for each', async () => {
    const image = await imageOf(...Array.from({ length: 20 }, (_, number) => file(`/pool/${number}`, `${number}`)))
    const open = vi.spyOn(image, 'open')
    await extractIso(image, target)
    expect(open.mock.calls.map(([given]) => typeof given)).toEqual(Array.from({ length: 20 }, () => 'object'))
    expect(await readFile(join(target, 'pool/13'), 'utf8')).toBe('13')
  })

  it('takes the first of two files with one name, as its path does', async () => {
    const iso = await authorIso({ volumeLabel: 'TEST', entries: [file('/name-1', 'first'), file('/name-2', 'second')] })
    const bytes = Buffer.from(await readFully(iso, 0, iso.size))
    // In Rock Ridge's NM entry.
    bytes.write('name-1', bytes.indexOf('name-2'))
    const image = await openIso(memorySource('iso', bytes))
    expect(await extractIso(image, target)).toEqual({ files: 1, bytes: 5, warnings: [] })
    expect(await readFile(join(target, 'name-1'), 'utf8')).toBe('first')
  })

  it('waits for another that fills the same directory, says so, and mixes nothing with its files', async () => {
    const lock = await acquireFileLock(join(workDirectoryOf(target), 'lock'))
    const onWait = () => {
      mkdirSync(join(target, 'of-the-other'), { recursive: true })
      lock.release().catch(() => undefined)
    }
    await expect(extractIso(await tree(), target, { onWait })).rejects.toMatchObject({
      message: expect.stringContaining('a new or empty directory expected'),
    })
    expect(await readdir(parent, { recursive: true })).toEqual(['out', join('out', 'of-the-other')])
  })

  it('leaves nothing behind when it is stopped or a file cannot be read', async () => {
    const image = await tree()
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    await expect(extractIso(image, target, { signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'aborted',
    })
    const open = () => Promise.reject(new Error('no more'))
    const unreadable = Object.create(image, { open: { value: open } }) as IsoImage
    unreadable.stat = (...args) => image.stat(...args)
    unreadable.walk = (...args) => image.walk(...args)
    await expect(extractIso(unreadable, target)).rejects.toMatchObject({ message: expect.stringContaining('no more') })
    expect(await readdir(parent)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('says that it is the directory that cannot be written', async () => {
    await expect(extractIso(await tree(), '/dev/null/out')).rejects.toMatchObject({ code: 'output/not-writable' })
  })

  it('names the path that is not there', async () => {
    await expect(extractIso(await tree(), target, { paths: ['/none'] })).rejects.toMatchObject({
      code: 'iso/not-found',
    })
    expect(await readdir(parent)).toEqual([])
  })
})
