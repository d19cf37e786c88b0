import type { PathLike } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkOutput } from './check-output.js'

/** Numbers of files as NTFS has them; as numbers of JavaScript they are one. */
const NTFS_IDS = [0x0001_0000_0000_0000_0001n, 0x0001_0000_0000_0000_0002n]

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const ntfsStat = async (path: PathLike, options?: { bigint?: boolean }) => {
    const ino = NTFS_IDS[Number(/ntfs-(\d)$/.exec(String(path))?.[1])]
    const stats = await real.stat(path, options)
    if (ino === undefined) return stats
    return Object.assign(stats, { ino: options?.bigint ? ino : Number(ino) })
  }
  return { ...real, stat: ntfsStat }
})

describe('checkOutput', () => {
  let directory: string
  const at = (name: string) => join(directory, name)
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'check-output-'))
    for (const name of ['ntfs-0', 'ntfs-1']) await writeFile(at(name), '')
  })
  afterAll(() => rm(directory, { recursive: true }))

  it('tells two files apart whose numbers need 64 bits, and knows one from itself', async () => {
    expect((await stat(at('ntfs-0'))).ino).toBe((await stat(at('ntfs-1'))).ino)
    await checkOutput(at('ntfs-0'), [at('ntfs-1')], 'Name another.')
    await expect(checkOutput(at('ntfs-0'), [at('ntfs-0')], 'Name another.')).rejects.toMatchObject({
      code: 'argument/invalid',
      hint: 'Name another.',
    })
  })
})
