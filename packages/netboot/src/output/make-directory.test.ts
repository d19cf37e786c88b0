import { mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeDirectory } from './make-directory.js'

// Another process that makes the directory first and removes it again at once, when a test says so.
const others = vi.hoisted(() => ({ removals: 0 }))
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>()
  return {
    ...actual,
    mkdir: async (...args: Parameters<typeof actual.mkdir>) => {
      if (others.removals-- > 0) throw Object.assign(new Error('there'), { code: 'EEXIST' })
      return await actual.mkdir(...args)
    },
  }
})

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kairos-make-directory-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const onLinux = it.runIf(process.platform === 'linux')

describe('makeDirectory', () => {
  it('makes those on the way to it, and takes what is there', async () => {
    const path = join(directory, 'a/b/c')
    await makeDirectory(path)
    await writeFile(join(path, 'file'), '')
    await makeDirectory(path)
    await makeDirectory(path + sep)
    await makeDirectory(sep)
    expect(await readdir(path)).toEqual(['file'])
  })

  it('makes one by several at once', async () => {
    const names = Array.from({ length: 20 }, (_, number) => join(directory, 'a/b', `${number % 5}`))
    await Promise.all(names.map((name) => makeDirectory(name)))
    expect(await readdir(join(directory, 'a/b'))).toHaveLength(5)
  })

  it('makes one that another makes and removes at the same time', async () => {
    for (const removals of [1, 2, 3]) {
      others.removals = removals
      await makeDirectory(join(directory, 'a'))
      expect(await readdir(directory)).toEqual(['a'])
      await rm(join(directory, 'a'), { recursive: true })
    }
  })

  onLinux('gives each the mode', async () => {
    await makeDirectory(join(directory, 'a/b'), { mode: 0o700 })
    for (const path of ['a', 'a/b']) expect((await stat(join(directory, path))).mode & 0o777).toBe(0o700)
  })

  it('refuses a path on which there is a file', async () => {
    await writeFile(join(directory, 'file'), '')
    await expect(makeDirectory(join(directory, 'file'))).rejects.toMatchObject({
      code: 'output/not-writable',
      message: expect.stringContaining('it exists already'),
    })
    await expect(makeDirectory(join(directory, 'file/below'))).rejects.toMatchObject({ code: 'input/not-found' })
  })

  onLinux('refuses a link that leads nowhere', async () => {
    await symlink('absent', join(directory, 'link'))
    await expect(makeDirectory(join(directory, 'link'))).rejects.toMatchObject({ code: 'output/not-writable' })
  })

  onLinux('says why the system makes none', async () => {
    await expect(makeDirectory('/sys/kairos')).rejects.toMatchObject({
      code: 'output/not-writable',
      message: expect.stringMatching(/^Cannot make the directory \/sys\/kairos: .*(permi|read-only)/),
      cause: expect.any(Error),
    })
  })

  // Node's own mkdir would not come back.
  onLinux('refuses a file system that takes no directories', async () => {
    const path = '/proc/kairos/state'
    await expect(makeDirectory(path)).rejects.toMatchObject({
      code: 'output/not-writable',
      message: `Cannot make the directory ${path}: its file system takes no new directories.`,
    })
  })
})
