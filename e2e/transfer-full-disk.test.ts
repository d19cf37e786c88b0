import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCache, transferToFile } from '../packages/netboot/src/sources/index.js'
import { type FaultyServer, startFaultyServer } from '../packages/netboot/src/sources/transfer/faulty-server.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { temporaryDirectory } from './temporary.js'

const CONTENT = Buffer.from(Uint8Array.from({ length: 6_000_000 }, (_, at) => (at * 31) >> 7))

describe.skipIf(requirement(['root', 'mount', 'umount']))('a download to a disk that is too small', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let disk: string
  let server: FaultyServer
  const mount = async (options: string) =>
    expect(await runProgram('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk])).toMatchObject({ code: 0 })
  beforeEach(async () => {
    directory = await temporaryDirectory()
    disk = await mkdtemp(join(directory.path, 'disk-'))
    server = await startFaultyServer()
    server.files.set('/image.iso', { content: CONTENT, etag: '"1"' })
    await mount('size=4m')
  })
  afterEach(async () => {
    await server.stop()
    await runProgram('umount', [disk])
    await directory.remove()
  })

  it('says that the disk is full, at once, and goes on where it stopped when there is room', async () => {
    const url = `${server.url}/image.iso`
    const path = join(disk, 'image.iso')
    await expect(transferToFile({ url }, path)).rejects.toMatchObject({
      code: 'output/no-space',
      message: expect.stringContaining('the disk is full'),
      hint: expect.stringContaining('Free some room'),
    })
    expect(server.requests).toHaveLength(1)
    expect((await readdir(disk)).sort()).toEqual(['image.iso.partial', 'image.iso.partial.json'])
    const { size } = await stat(`${path}.partial`)
    expect(size).toBeGreaterThan(3_000_000)

    await mount('remount,size=16m')
    await transferToFile({ url }, path)
    expect(server.requests[1]?.headers.range).toBe(`bytes=${size}-`)
    expect(await readFile(path)).toEqual(CONTENT)
    expect(await readdir(disk)).toEqual(['image.iso'])
  })

  it('puts nothing into the cache', async () => {
    const cache = await openCache(disk)
    await expect(cache.download({ url: `${server.url}/image.iso` })).rejects.toMatchObject({ code: 'output/no-space' })
    expect(await readdir(join(disk, 'cache/sha256'))).toEqual([])
  })
})
