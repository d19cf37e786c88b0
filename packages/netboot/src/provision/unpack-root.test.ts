import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fileSource } from '../bytes/file-source.js'
import { openSquashfs } from '../media/squashfs/index.js'
import { acquireFileLock, workDirectoryOf } from '../output/index.js'
import { sampleEntries, sampleRoot, streamedFile } from '../sources/artifacts/testing/sample-root.js'
import { openRootSource } from '../sources/root-source/index.js'
import { tarTree } from '../sources/tar/index.js'
import { archiveOf } from '../sources/tar/testing/archive.js'
import { unpackFormatOf, unpackRoot } from './unpack-root.js'

describe('unpackRoot', () => {
  let top: string
  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'unpack-root-'))
  })
  afterEach(() => rm(top, { recursive: true, force: true }))
  const at = (...names: string[]) => join(top, ...names)

  it('chooses the format by the name', () => {
    expect(['root', 'root.tar', 'a/root.squashfs', 'root.tar/'].map(unpackFormatOf)).toEqual([
      ...['directory', 'tar', 'squashfs', 'directory'],
    ])
  })

  it('writes a directory, a tar archive and a squashfs image, and nothing beside them', async () => {
    for (const name of ['root', 'root.tar', 'root.squashfs']) await unpackRoot(sampleRoot(), at(name))
    expect(await readFile(at('root/usr/lib/os-release'), 'utf8')).toBe('NAME=sample\n')
    const paths: string[] = []
    for await (const { path } of tarTree(await fileSource(at('root.tar')))) paths.push(path)
    expect(paths).toContain('/usr/lib/os-release')
    const image = await openSquashfs(await fileSource(at('root.squashfs')))
    expect((await image.stat('/lib/os-release')).size).toBe(12)
    expect((await readdir(top)).sort()).toEqual(['root', 'root.squashfs', 'root.tar'])
  })

  it.each(['root', 'root.tar', 'root.squashfs'])(
    'waits for another that makes the same %s, and says so',
    async (name) => {
      const lock = await acquireFileLock(join(workDirectoryOf(at(name)), 'lock'))
      const onWait = vi.fn(() => void lock.release())
      await unpackRoot(sampleRoot(), at(name), { onWait })
      expect(onWait).toHaveBeenCalledOnce()
      expect(await readdir(top)).toEqual([name])
    },
  )

  it('says what a directory cannot keep, and where it is kept', async () => {
    const entries = () => [
      ...sampleEntries(),
      streamedFile('/bin/ping', 'x', { xattrs: new Map([['security.capability', Buffer.of(1)]]) }),
      { type: 'character-device', path: '/dev/null', major: 1, minor: 3 } as const,
    ]
    const { warnings } = await unpackRoot(sampleRoot(entries), at('root'))
    expect(warnings.join('\n')).toMatch(/Extended attributes.*1 in all.*squashfs.*\n.*Devices.*1 in all/)
    expect((await unpackRoot(sampleRoot(entries), at('root.tar'))).warnings).toEqual([])
  })

  it('starts over, once, for layers that one pass cannot merge, and keeps nothing of the first', async () => {
    const archive = at('in.tar')
    await writeFile(
      archive,
      archiveOf([{ path: 'first', content: 'x'.repeat(100_000) }, { path: 'a' }, { path: 'a', content: '2' }]),
    )
    await mkdir(at('over'))
    await writeFile(at('over/b'), 'b')
    for (const name of ['root', 'root.tar', 'root.squashfs']) {
      for (const overlay of [undefined, at('over')]) {
        await using root = await openRootSource(`tar:${archive}`, { stateDir: at('state') })
        const entries = vi.spyOn(root, 'entries')
        await unpackRoot(root, at(name), { overlay })
        const calls = entries.mock.calls.map(([options]) => options?.survey ?? false)
        // An overlay reads the tree twice, and finds out while it does so for the first time.
        expect(calls).toEqual(overlay ? [false, true, true] : [false, true])
        if (name === 'root') expect(await readdir(at('root'))).toEqual(['a', ...(overlay ? ['b'] : []), 'first'])
        if (name === 'root.squashfs') {
          const image = await openSquashfs(await fileSource(at(name)))
          expect((await image.stat('/a')).size).toBe(1)
        }
        await rm(at(name), { recursive: true })
      }
    }
    expect((await readdir(top)).sort()).toEqual(['in.tar', 'over'])
  })

  it('leaves nothing when the source fails', async () => {
    const root = sampleRoot(undefined, {
      async *entries() {
        yield* sampleEntries()
        throw new Error('cut')
      },
    })
    for (const name of ['root', 'root.tar', 'root.squashfs']) await expect(unpackRoot(root, at(name))).rejects.toThrow()
    expect(await readdir(top)).toEqual([])
  })
})
