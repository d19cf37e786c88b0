import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makePrivateDirectory } from './private-directory.js'

// A file system that keeps no permissions, when a test says so.
const keeping = vi.hoisted(() => ({ permissions: true }))
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>()
  return {
    ...actual,
    lstat: async (path: string) => {
      if (path.endsWith('forbidden')) throw Object.assign(new Error('forbidden'), { code: 'EACCES' })
      const found = await actual.lstat(path)
      if (!keeping.permissions) found.mode |= 0o777
      return found
    },
  }
})

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'private-directory-'))
  path = join(directory, 'ours')
})
afterEach(async () => {
  keeping.permissions = true
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true })
})

const refused = (found: string) => ({ code: 'input/not-permitted', message: expect.stringContaining(found) })
const withPermissions = it.skipIf(process.platform === 'win32')
const asRoot = it.runIf(process.getuid?.() === 0)

describe('makePrivateDirectory', () => {
  it('makes a directory that is for its owner only, and takes it again', async () => {
    await makePrivateDirectory(path)
    await writeFile(join(path, 'file'), '')
    await makePrivateDirectory(path)
    expect(await readdir(path)).toEqual(['file'])
    if (process.platform !== 'win32') expect((await lstat(path)).mode & 0o777).toBe(0o700)
  })

  it.each([false, true])('takes no link to a directory, nor a file (as new: %s)', async (asNew) => {
    await mkdir(join(directory, 'elsewhere'))
    // A junction is what everybody may make on Windows.
    await symlink(join(directory, 'elsewhere'), path, 'junction')
    for (const name of [path, `${path}/`]) {
      await expect(makePrivateDirectory(name, { asNew })).rejects.toMatchObject(refused('something else'))
    }
    await writeFile(join(directory, 'file'), '')
    await expect(makePrivateDirectory(join(directory, 'file'), { asNew })).rejects.toMatchObject({
      code: 'output/not-writable',
    })
  })

  withPermissions.each([false, true])('takes none that others can write to (as new: %s)', async (asNew) => {
    await mkdir(path)
    await chmod(path, 0o720)
    await expect(makePrivateDirectory(path, { asNew })).rejects.toMatchObject(refused('others cannot write to'))
    expect(await readdir(directory)).toEqual(['ours'])
  })

  it('says what to do about one that may not be looked into, as of a run with sudo', async () => {
    await expect(makePrivateDirectory(join(directory, 'forbidden'))).rejects.toMatchObject({
      code: 'output/not-writable',
      hint: expect.stringContaining('Remove it, or choose another'),
    })
  })

  withPermissions('takes what looks as a new one does, where it is told to', async () => {
    keeping.permissions = false
    await makePrivateDirectory(path, { asNew: true })
    await makePrivateDirectory(path, { asNew: true })
    expect(await readdir(directory)).toEqual(['ours'])
    await expect(makePrivateDirectory(path)).rejects.toMatchObject(refused('others cannot write to'))
  })

  asRoot('takes none of another user, except of who called sudo', async () => {
    await mkdir(path, { mode: 0o700 })
    await chown(path, 12_345, 12_345)
    for (const asNew of [false, true]) {
      await expect(makePrivateDirectory(path, { asNew })).rejects.toMatchObject(refused('one of user 12345'))
    }
    vi.stubEnv('SUDO_UID', '12345')
    await makePrivateDirectory(path)
  })
})
