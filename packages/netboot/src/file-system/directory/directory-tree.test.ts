import { chmod, link, lutimes, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ReadOptions, readFully } from '../../bytes/byte-source.js'
import type { FileSystemEntry } from '../entry.js'
import { encodeName } from '../name.js'
import { directoryTree } from './directory-tree.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kairos-directory-test-'))
})
afterEach(() => rm(directory, { recursive: true }))

async function entriesOf(path: string, options: ReadOptions = {}): Promise<FileSystemEntry[]> {
  const entries: FileSystemEntry[] = []
  for await (const entry of directoryTree(path, options)) entries.push(entry)
  return entries
}

async function contentOf(entry: FileSystemEntry | undefined): Promise<string> {
  if (entry?.type !== 'file' || 'chunks' in entry.source) throw new Error('A file with a byte source is expected.')
  return Buffer.from(await readFully(entry.source, 0, entry.source.size)).toString()
}

describe('directoryTree', () => {
  it('gives everything with its attributes: parents first, names sorted by their bytes', async () => {
    const mtime = new Date('2021-01-02T03:04:05.500Z')
    await mkdir(join(directory, 'd'))
    await writeFile(join(directory, 'd/file'), 'content')
    await chmod(join(directory, 'd/file'), 0o4711)
    await symlink('../nowhere', join(directory, 'd/link'))
    await writeFile(join(directory, 'Z'), '')
    await lutimes(join(directory, 'd/file'), mtime, mtime)
    await chmod(directory, 0o711)
    const entries = await entriesOf(directory)
    expect(entries.map(({ type, path }) => [type, path])).toEqual([
      ['directory', '/'],
      ['file', '/Z'],
      ['directory', '/d'],
      ['file', '/d/file'],
      ['symlink', '/d/link'],
    ])
    expect(entries[0]).toMatchObject({ mode: 0o711, uid: process.getuid?.(), gid: process.getgid?.() })
    expect(entries[3]).toMatchObject({ mode: 0o4711, mtime })
    expect(entries[4]).toMatchObject({ target: '../nowhere' })
    expect(await contentOf(entries[3])).toBe('content')
  })

  it('gives a file with several names once, and its other names as hard links', async () => {
    await writeFile(join(directory, 'a'), 'same')
    await link(join(directory, 'a'), join(directory, 'b'))
    await writeFile(join(directory, 'c'), 'same')
    expect((await entriesOf(directory)).slice(1)).toMatchObject([
      { type: 'file', path: '/a' },
      { type: 'hardlink', path: '/b', target: '/a' },
      { type: 'file', path: '/c' },
    ])
  })

  it('reads files whose names are not UTF-8', async () => {
    const name = 'not \udcff utf-8'
    await writeFile(Buffer.concat([Buffer.from(`${directory}/`), encodeName(name)]), 'content')
    const [, file] = await entriesOf(directory)
    expect(file?.path).toBe(`/${name}`)
    expect(await contentOf(file)).toBe('content')
  })

  it('gives all of many files, small and large, while they are read one after the other', async () => {
    const contents = Array.from({ length: 300 }, (_, at) => `${at} `.repeat(at % 50 === 0 ? 100_000 : at))
    await Promise.all(contents.map((content, at) => writeFile(join(directory, String(at).padStart(3, '0')), content)))
    let count = 0
    for await (const entry of directoryTree(directory)) {
      if (entry.type === 'file') expect(await contentOf(entry)).toBe(contents[count++])
    }
    expect(count).toBe(300)
  })

  it('notices that a file was written to since it was listed', async () => {
    await writeFile(join(directory, 'a'), 'before')
    const [, file] = await entriesOf(directory)
    await writeFile(join(directory, 'a'), 'afterwards')
    await expect(contentOf(file)).rejects.toMatchObject({ code: 'input/changed' })
  })

  it('does not follow a link that takes the place of a file', async () => {
    await writeFile(join(directory, 'a'), 'before')
    const [, file] = await entriesOf(directory)
    await rm(join(directory, 'a'))
    await symlink('/etc/hostname', join(directory, 'a'))
    await expect(contentOf(file)).rejects.toMatchObject({ code: expect.stringMatching(/^input\//) })
  })

  it('is an error where there is no directory', async () => {
    await writeFile(join(directory, 'a'), '')
    await expect(entriesOf(join(directory, 'nowhere'))).rejects.toMatchObject({ code: 'input/not-found' })
    await expect(entriesOf(join(directory, 'a'))).rejects.toMatchObject({ code: expect.stringMatching(/^input\//) })
  })

  it('stops when it is cancelled', async () => {
    const reading = entriesOf(directory, { signal: AbortSignal.abort() })
    await expect(reading).rejects.toMatchObject({ code: 'aborted' })
  })
})
