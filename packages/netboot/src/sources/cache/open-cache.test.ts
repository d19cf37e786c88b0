import { createHash } from 'node:crypto'
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultyServer, startFaultyServer } from '../transfer/faulty-server.js'
import type { Cache } from './cache.js'
import { openCache } from './open-cache.js'

const digest = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex')
const CONTENT = Buffer.alloc(200_000, 'content')
const SHA256 = digest(CONTENT)
const options = { wait: async () => {} }

let directory: string
let cache: Cache
let server: FaultyServer
let url: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cache-'))
  cache = await openCache(directory)
  server = await startFaultyServer()
  url = `${server.url}/file`
  server.files.set('/file', { content: CONTENT, etag: '"1"' })
})
afterEach(async () => {
  await server.stop()
  await rm(directory, { recursive: true })
})

describe('fetch', () => {
  it('produces a file once, also when several want it at a time', async () => {
    let produced = 0
    const produce = async (path: string) => {
      produced++
      await writeFile(path, CONTENT)
    }
    const other = await openCache(directory)
    const sources = await Promise.all([cache, other, cache].map((one) => one.fetch(SHA256, produce)))
    expect(produced).toBe(1)
    expect(sources.map(({ path }) => path)).toEqual(Array(3).fill(cache.path(SHA256)))
    expect(await readdir(join(directory, 'cache/incoming'))).toEqual([])
  })

  it('keeps nothing of another content, and nothing that failed', async () => {
    await expect(cache.fetch(SHA256, (path) => writeFile(path, 'other'))).rejects.toMatchObject({
      code: 'input/changed',
    })
    await expect(cache.fetch(SHA256, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
    expect(await cache.blob(SHA256)).toBeUndefined()
    expect(await readdir(join(directory, 'cache/incoming'))).toEqual([])
  })
})

describe('blob and verify', () => {
  it('finds a damaged file by its size, or by reading it when that is wanted', async () => {
    await cache.fetch(SHA256, (path) => writeFile(path, CONTENT))
    expect(await cache.verify(SHA256)).toBe(true)
    expect(await cache.blob(SHA256, 5)).toBeUndefined()
    expect((await cache.blob(SHA256.toUpperCase(), CONTENT.length))?.size).toBe(CONTENT.length)
    await writeFile(cache.path(SHA256), 'damage')
    expect(await cache.verify(SHA256)).toBe(false)
    expect(await cache.blob(SHA256)).toBeUndefined()
  })

  it('reads a file again when its date says that somebody may have written to it, and only then', async () => {
    const phases: string[] = []
    const intact = () => cache.intact(SHA256, CONTENT.length, { onProgress: ({ phase }) => phases.push(phase) })
    await cache.download({ url, sha256: SHA256 }, options)
    const path = cache.path(SHA256)
    const another = join(directory, 'another-name')
    await link(path, another)
    expect((await intact())?.size).toBe(CONTENT.length)
    expect(phases).toEqual([])
    await utimes(another, new Date(0), new Date(0))
    expect((await intact())?.size).toBe(CONTENT.length)
    expect((await intact())?.size).toBe(CONTENT.length)
    expect(phases).toEqual(['verifying'])
    await writeFile(another, Buffer.alloc(CONTENT.length))
    expect(await intact()).toBeUndefined()
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await readFile(another)).toEqual(Buffer.alloc(CONTENT.length))
  })

  it('takes no path for a checksum', async () => {
    await expect(cache.blob('../../etc/passwd')).rejects.toMatchObject({ code: 'argument/invalid' })
  })
})

describe('download', () => {
  it('asks no server for what is known by its checksum', async () => {
    expect(await cache.download({ url, sha256: SHA256 }, options)).toMatchObject({
      origin: 'downloaded',
      sha256: SHA256,
    })
    expect(await cache.download({ url, sha256: SHA256 }, options)).toMatchObject({ origin: 'cached' })
    expect(server.requests).toHaveLength(1)
  })

  it('asks whether what has no checksum is still the newest', async () => {
    await cache.download({ url }, options)
    expect((await cache.download({ url }, options)).origin).toBe('cached')
    expect(server.requests.at(-1)?.headers['if-none-match']).toBe('"1"')
    server.files.set('/file', { content: Buffer.from('new'), etag: '"2"' })
    expect(await cache.download({ url }, options)).toMatchObject({ origin: 'downloaded', sha256: digest('new') })
  })

  it.each([true, false])('fetches again what somebody has written to (known by its checksum: %s)', async (known) => {
    const request = known ? { url, sha256: SHA256 } : { url }
    const { source } = await cache.download(request, options)
    await link(source.path, join(directory, 'result.iso'))
    await writeFile(join(directory, 'result.iso'), Buffer.alloc(CONTENT.length, 'secret'))
    const again = await cache.download(request, options)
    expect(again).toMatchObject({ origin: 'downloaded', sha256: SHA256 })
    expect(await readFile(again.source.path)).toEqual(CONTENT)
    await writeFile(again.source.path, 'secret')
    await server.stop()
    await expect(cache.download(request, options)).rejects.toMatchObject({ code: 'input/unreachable' })
  })

  it('takes what it has when the server cannot be reached', async () => {
    await cache.download({ url }, options)
    await server.stop()
    const again = await openCache(directory)
    const { origin, source } = await again.download({ url }, options)
    expect(origin).toBe('offline')
    expect(await readFile(source.path)).toEqual(CONTENT)
    await expect(again.download({ url: `${url}-other` }, options)).rejects.toMatchObject({ code: 'input/unreachable' })
  })

  it('does not take what it has when the server says that it is gone', async () => {
    await cache.download({ url }, options)
    server.files.delete('/file')
    await expect(cache.download({ url }, options)).rejects.toMatchObject({ code: 'input/http' })
  })

  it('forgets an entry that cannot be read', async () => {
    await cache.download({ url }, options)
    const [entry = ''] = await readdir(join(directory, 'cache/urls'))
    for (const text of ['{', '[]', 'null', '{"sha256":"../../x","size":1}']) {
      await writeFile(join(directory, 'cache/urls', entry), text)
      expect(await cache.recall(url)).toBeUndefined()
    }
    expect((await cache.download({ url }, options)).origin).toBe('downloaded')
  })
})

describe.skipIf(process.platform === 'win32')('openCache', () => {
  it('lets nobody else look into it', async () => {
    await cache.download({ url }, options)
    const modes = await Promise.all(
      ['cache', 'cache/sha256', `cache/sha256/${SHA256}`].map(
        async (path) => (await stat(join(directory, path))).mode & 0o077,
      ),
    )
    expect(modes).toEqual([0, 0, 0])
  })

  it('takes no directory that somebody else may have filled', async () => {
    await chmod(join(directory, 'cache'), 0o777)
    await expect(openCache(directory)).rejects.toMatchObject({ code: 'input/not-permitted' })
    await rm(join(directory, 'cache'), { recursive: true })
    await mkdir(join(directory, 'elsewhere'))
    await symlink('elsewhere', join(directory, 'cache'))
    await expect(openCache(directory)).rejects.toMatchObject({ code: 'input/not-permitted' })
  })
})
