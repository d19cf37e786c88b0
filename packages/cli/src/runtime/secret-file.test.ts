import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSecretFile } from './secret-file.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secret-file-'))
})
afterEach(() => rm(directory, { recursive: true }))

const modeOf = async (path: string) => (await stat(path)).mode & 0o777

async function write(path: string, contents: string): Promise<void> {
  await using file = await openSecretFile(path)
  await file.commit(contents)
}

describe('openSecretFile', () => {
  it('makes a file that only its owner can read', async () => {
    const path = join(directory, 'config.yaml')
    await write(path, 'secret')
    expect(await readFile(path, 'utf8')).toBe('secret')
    if (process.platform !== 'win32') expect(await modeOf(path)).toBe(0o600)
    expect(await readdir(directory)).toEqual(['config.yaml'])
  })

  it.skipIf(process.platform === 'win32')('replaces a file without giving it more readers than it had', async () => {
    const path = join(directory, 'config.yaml')
    await writeFile(path, 'old')
    await chmod(path, 0o400)
    await write(path, 'new')
    expect([await readFile(path, 'utf8'), await modeOf(path)]).toEqual(['new', 0o400])
    await chmod(path, 0o644)
    await write(path, 'newer')
    expect([await readFile(path, 'utf8'), await modeOf(path)]).toEqual(['newer', 0o600])
  })

  it('changes nothing when there is nothing to write after all', async () => {
    const path = join(directory, 'config.yaml')
    await writeFile(path, 'old')
    {
      await using _file = await openSecretFile(path)
      expect(await readdir(directory)).toHaveLength(2)
    }
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(directory)).toEqual(['config.yaml'])
  })

  it.skipIf(process.platform === 'win32')('writes where a symbolic link leads, and keeps the link', async () => {
    const target = join(directory, 'target')
    const link = join(directory, 'link')
    await writeFile(target, 'old')
    await symlink(target, link)
    await write(link, 'new')
    expect(await readFile(target, 'utf8')).toBe('new')
    expect((await readdir(directory)).sort()).toEqual(['link', 'target'])
  })

  it.skipIf(process.platform === 'win32')('writes into a pipe', async () => {
    const path = join(directory, 'pipe')
    await promisify(execFile)('mkfifo', [path])
    const [text] = await Promise.all([readFile(path, 'utf8'), write(path, 'secret')])
    expect(text).toBe('secret')
  })

  it('says at once that it cannot be written, not when there is something to write', async () => {
    await mkdir(join(directory, 'd'))
    await writeFile(join(directory, 'f'), '')
    const cases = [
      ['d', /^Cannot write .*d: it is a directory\.$/],
      ['x/y', /^Cannot write .*x\/y: its directory does not exist\.$/],
      ['f/y', /^Cannot write .*f\/y: a part of its path is not a directory\.$/],
    ] as const
    for (const [name, message] of cases) {
      await expect(openSecretFile(join(directory, name))).rejects.toMatchObject({
        code: 'output/not-writable',
        message: expect.stringMatching(message),
      })
    }
  })
})
