import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memorySource } from '../bytes/memory-source.js'
import type { FileSystemEntry } from '../file-system/entry.js'
import { writeDirectory } from './write-directory.js'

const date = new Date('2024-05-06T07:08:10Z')
const file = (path: string, content = path, more: object = {}): FileSystemEntry => ({
  type: 'file',
  path,
  source: memorySource(path, content),
  mtime: date,
  ...more,
})

describe('writeDirectory', () => {
  let top: string
  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'write-directory-'))
  })
  afterEach(() => rm(top, { recursive: true, force: true }))
  const out = (...names: string[]) => join(top, 'out', ...names)

  it('writes files, directories and links with permissions and times, in whatever order they come', async () => {
    const summary = await writeDirectory(
      [
        { type: 'hardlink', path: '/etc/other', target: '/etc/other-2' },
        { type: 'hardlink', path: '/etc/other-2', target: '/etc/name' },
        file('/etc/name', 'content', { mode: 0o640 }),
        { type: 'directory', path: '/etc', mode: 0o500, mtime: date },
        { type: 'symlink', path: '/link', target: '/etc/name', mtime: date },
        file('a/deep/file'),
      ],
      out(),
    )
    expect(summary).toMatchObject({ files: 2, bytes: 18, lost: { xattrs: 0, devices: 0 } })
    expect(await readFile(out('etc/other'), 'utf8')).toBe('content')
    expect((await stat(out('etc/name'))).mode & 0o7777).toBe(0o640)
    expect((await stat(out('etc/name'))).nlink).toBe(3)
    expect((await stat(out('etc'))).mode & 0o7777).toBe(0o500)
    for (const path of ['etc', 'etc/name', 'link', 'a/deep/file']) {
      expect((await lstat(out(path))).mtime).toEqual(date)
    }
    expect(await readlink(out('link'))).toBe('/etc/name')
    expect(await readdir(top)).toEqual(['out'])
  })

  it.skipIf(process.platform !== 'linux')('keeps names that are not UTF-8, and holes', async () => {
    const regions = [{ offset: 1024 * 1024, length: 4 }]
    const chunks = memorySource('x', 'data').read(0, 4)
    await writeDirectory(
      [file('/caf\udce9'), { type: 'file', path: '/holes', source: { size: 2 ** 21, chunks, regions } }],
      out(),
    )
    expect((await readdir(out(), 'buffer')).map((name) => name.toString('latin1')).sort()).toEqual(['caf\xe9', 'holes'])
    expect((await stat(out('holes'))).size).toBe(2 ** 21)
    expect((await stat(out('holes'))).blocks).toBeLessThan(100)
    expect((await readFile(out('holes'))).subarray(2 ** 20, 2 ** 20 + 4).toString()).toBe('data')
  })

  it('counts what a directory cannot keep', async () => {
    const { lost } = await writeDirectory(
      [
        file('/bin/ping', 'x', { xattrs: new Map([['security.capability', Buffer.of(1)]]) }),
        { type: 'character-device', path: '/dev/null', major: 1, minor: 3 },
        { type: 'hardlink', path: '/dev/zero', target: '/dev/null' },
        { type: 'fifo', path: '/run/pipe' },
      ],
      out(),
    )
    expect(lost).toMatchObject({ xattrs: 1, devices: 2 })
    expect((await readdir(out('dev'))).length).toBe(0)
  })

  it.each([
    ['a link in front', [{ type: 'symlink', path: '/way', target: '..' } as const, file('/way/evil')]],
    ['a link behind', [file('/way/evil'), { type: 'symlink', path: '/way', target: '..' } as const]],
    ['an absolute link', [{ type: 'symlink', path: '/way', target: tmpdir() } as const, file('/way/evil')]],
    ['dots', [file('/../evil')]],
    ['dots inside', [file('/a/../../evil')]],
    ['a file as a directory', [file('/a'), file('/a/b')]],
    ['a name twice', [file('/a'), file('/a')]],
  ])('writes nothing outside, and leaves nothing, with %s', async (_, entries: FileSystemEntry[]) => {
    await expect(writeDirectory(entries, out())).rejects.toMatchObject({ name: 'KairosError' })
    expect(await readdir(top)).toEqual([])
  })

  it.each(['new', 'there'])('gives a directory that is %s the attributes of the root', async (kind) => {
    if (kind === 'there') await mkdir(out(), { mode: 0o700 })
    const before = await stat(out(), { bigint: true }).catch(() => undefined)
    const directories = ['/', '/etc'].map((path) => ({ type: 'directory' as const, path, mode: 0o555, mtime: date }))
    await writeDirectory([...directories, file('/etc/name')], out())
    if (before) expect((await stat(out(), { bigint: true })).ino).toBe(before.ino)
    for (const path of ['.', 'etc']) expect((await stat(out(path))).mtime).toEqual(date)
    if (process.platform === 'win32') return
    for (const path of ['.', 'etc']) expect((await stat(out(path))).mode & 0o777).toBe(0o555)
    for (const path of ['.', 'etc']) await chmod(out(path), 0o755)
  })

  it('refuses a directory with files in it, and takes an empty one', async () => {
    await mkdir(out())
    await writeDirectory([file('/a')], out())
    await expect(writeDirectory([file('/b')], out())).rejects.toMatchObject({ code: 'output/not-writable' })
    expect(await readdir(out())).toEqual(['a'])
    await writeFile(join(top, 'file'), '')
    await expect(writeDirectory([], join(top, 'file'))).rejects.toMatchObject({ code: 'output/not-writable' })
  })

  it('refuses content that is not as long as it was announced', async () => {
    const source = { size: 5, chunks: memorySource('x', 'data').read(0, 4) }
    await expect(writeDirectory([{ type: 'file', path: '/short', source }], out())).rejects.toMatchObject({
      code: 'input/malformed',
      message: '/short: 5 bytes of content expected, 4 found.',
    })
    expect(await readdir(top)).toEqual([])
  })

  it('leaves nothing when it is cancelled', async () => {
    const stop = new AbortController()
    const entries = async function* () {
      yield file('/a')
      stop.abort()
      yield file('/b')
    }
    await expect(writeDirectory(entries(), out(), { signal: stop.signal })).rejects.toMatchObject({ code: 'aborted' })
    expect(await readdir(top)).toEqual([])
  })
})
