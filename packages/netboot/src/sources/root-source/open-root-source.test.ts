import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memorySource } from '../../bytes/memory-source.js'
import type { FileSystemEntry } from '../../file-system/entry.js'
import { memorySink, writeSquashfs } from '../../media/squashfs/index.js'
import { writeTar } from '../tar/index.js'
import { openRootSource, parseRootSource } from './open-root-source.js'

const entries: FileSystemEntry[] = [
  { type: 'directory', path: '/etc', mode: 0o700 },
  { type: 'file', path: '/etc/name', source: memorySource('name', 'content') },
]

describe('openRootSource', () => {
  let top: string
  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'root-source-'))
  })
  afterEach(() => rm(top, { recursive: true, force: true }))

  async function contentOf(text: string): Promise<string[]> {
    await using root = await openRootSource(text, { stateDir: join(top, 'state') })
    expect(root.identity).toBeUndefined()
    const found: string[] = []
    // Twice, as an overlay needs it.
    for (let round = 0; round < 2; round++) {
      for await (const entry of root.entries()) {
        found.push(`${entry.type} ${entry.path.replace(/(?<=.)\/$/, '')}`)
        if (entry.type !== 'file') continue
        const { source } = entry
        for await (const chunk of 'chunks' in source ? source.chunks : source.read(0, source.size))
          found.push(`${Buffer.from(chunk)}`)
      }
    }
    expect(found.slice(found.length / 2)).toEqual(found.slice(0, found.length / 2))
    return [...new Set(found)].filter((line) => !line.endsWith(' /')).sort()
  }
  const expected = ['content', 'directory /etc', 'file /etc/name']

  it('reads directories, tar archives and squashfs images alike', async () => {
    await mkdir(join(top, 'tree/etc'), { recursive: true })
    await writeFile(join(top, 'tree/etc/name'), 'content')
    await writeFile(join(top, 'root.tar'), writeTar(entries))
    const sink = memorySink()
    await writeSquashfs(entries, sink)
    await writeFile(join(top, 'root.squashfs'), sink.bytes)
    for (const text of ['dir:tree', 'tar:root.tar', 'file:root.tar', 'file:root.squashfs']) {
      expect([text, await contentOf(text.replace(':', `:${top}/`))]).toEqual([text, expected])
    }
  })

  it('expects of a directory or archive the architecture that is asked for, if it is a name of one', async () => {
    await writeFile(join(top, 'root.tar'), writeTar(entries))
    for (const source of [`dir:${top}`, `tar:${top}/root.tar`, `file:${top}/root.tar`]) {
      const of = (architecture?: string) => openRootSource(source, { stateDir: top, architecture })
      expect((await of()).architecture).toBeUndefined()
      expect((await of('x86_64')).architecture).toBe('amd64')
      await expect(of('64 bit')).rejects.toMatchObject({ code: 'argument/invalid' })
    }
  })

  it('says what is not there', async () => {
    for (const text of ['dir:', 'tar:', 'file:']) {
      await expect(contentOf(`${text}${top}/none`)).rejects.toMatchObject({ code: 'input/not-found' })
    }
    await writeFile(join(top, 'file'), '')
    await expect(contentOf(`dir:${top}/file`)).rejects.toMatchObject({ code: 'input/not-found' })
  })

  it('understands both spellings of a path', () => {
    expect(parseRootSource('file:///srv/root.tar')).toEqual({ kind: 'file', path: '/srv/root.tar' })
    expect(parseRootSource('file:root.tar')).toEqual({ kind: 'file', path: 'root.tar' })
    expect(parseRootSource('dir:///srv/root')).toEqual({ kind: 'directory', path: '/srv/root' })
  })
})
