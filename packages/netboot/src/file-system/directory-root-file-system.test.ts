import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFully } from '../bytes/byte-source.js'
import { directoryRootFileSystem } from './directory-root-file-system.js'

describe.skipIf(process.platform === 'win32')('directoryRootFileSystem', () => {
  let outside: string
  let root: string
  beforeAll(async () => {
    outside = await mkdtemp(join(tmpdir(), 'rootfs-'))
    root = join(outside, 'root')
    await mkdir(join(root, 'boot/deep'), { recursive: true })
    await writeFile(join(outside, 'secret'), 'of this machine')
    await writeFile(join(root, 'boot/vmlinuz-6.1'), 'kernel')
    await symlink('/boot/vmlinuz-6.1', join(root, 'vmlinuz'))
    await symlink('../../vmlinuz', join(root, 'boot/deep/up'))
    await symlink('../../../../secret', join(root, 'boot/deep/out'))
    await symlink(join(outside, 'secret'), join(root, 'absolute'))
    await symlink('round', join(root, 'round'))
  })
  afterAll(() => rm(outside, { recursive: true }))

  async function contentOf(path: string): Promise<string | undefined> {
    const source = await directoryRootFileSystem(root).open(path)
    return source && Buffer.from(await readFully(source, 0, source.size)).toString()
  }

  it.each(['/boot/vmlinuz-6.1', '/vmlinuz', 'boot/deep/up', '/boot/../vmlinuz'])('opens %s', async (path) => {
    expect(await contentOf(path)).toBe('kernel')
  })

  it.each(['/boot', '/none', '/vmlinuz/below', '/boot/deep/out', '/absolute', '/../secret', '/round'])(
    'finds no file in the directory at %s',
    async (path) => {
      expect(await contentOf(path)).toBeUndefined()
    },
  )

  it('lists a directory, none outside, and nothing where there is none', async () => {
    const { list } = directoryRootFileSystem(root)
    expect([...(await list('/boot'))].sort()).toEqual(['deep', 'vmlinuz-6.1'])
    expect(await list('/..')).toEqual(await list('/'))
    expect(await list('/vmlinuz')).toEqual([])
    expect(await list('/none')).toEqual([])
  })
})
