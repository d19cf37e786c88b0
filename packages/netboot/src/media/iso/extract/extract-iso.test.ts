import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memorySource } from '../../../bytes/memory-source.js'
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
