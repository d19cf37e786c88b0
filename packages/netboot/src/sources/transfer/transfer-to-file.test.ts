import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFaultyServer } from './faulty-server.js'
import type { TransferProgress } from './transfer.js'
import { CONTENT, digest, Scene, SHA256 } from './transfer-scene.js'
import { transferToFile } from './transfer-to-file.js'

const scene = new Scene()

describe('transferToFile', () => {
  it('gives the file, its size, its checksum and its version, and leaves nothing else', async () => {
    expect(await transferToFile({ url: scene.url, sha256: SHA256.toUpperCase(), size: 500_000 }, scene.path)).toEqual({
      size: 500_000,
      sha256: SHA256,
      etag: '"1"',
      lastModified: undefined,
    })
    expect(await readFile(scene.path)).toEqual(CONTENT)
    expect(await readdir(scene.directory)).toEqual(['image.iso'])
    if (process.platform !== 'win32') expect((await stat(scene.path)).mode & 0o777).toBe(0o600)
  })

  it('tells how far it is', async () => {
    const events: TransferProgress[] = []
    await transferToFile({ url: scene.url }, scene.path, { onProgress: (event) => events.push(event) })
    expect(events.at(-1)).toMatchObject({ phase: 'downloading', done: 500_000, total: 500_000, unit: 'bytes' })
  })

  it('stops at an error of who listens, without another attempt', async () => {
    const onProgress = () => {
      throw new TypeError('mine')
    }
    await expect(transferToFile({ url: scene.url }, scene.path, { ...scene.options, onProgress })).rejects.toThrow(
      'mine',
    )
    expect(scene.server.requests).toHaveLength(1)
  })

  it('shows credentials to the origin only', async () => {
    const other = await startFaultyServer()
    other.files.set('/blob', { content: CONTENT })
    scene.server.intercept = (request, response) => {
      if (request.headers.authorization !== 'Bearer good') {
        response.writeHead(401, { 'www-authenticate': 'Bearer realm="here"' }).end()
      } else response.writeHead(307, { location: `${other.url}/blob` }).end()
      return true
    }
    const challenges: (string | undefined)[] = []
    const authorize = async (challenge: string | undefined) => {
      challenges.push(challenge)
      return { authorization: 'Bearer good' }
    }
    await transferToFile(
      { url: scene.url, headers: { authorization: 'Bearer old' }, authorize },
      scene.path,
      scene.options,
    )
    expect(challenges).toEqual(['Bearer realm="here"'])
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
    await other.stop()
  })

  it('names no secrets of the URL, neither in messages nor on the disk', async () => {
    const secret = scene.url.replace('//', '//user:sesame@').concat('?signature=sesame')
    scene.server.faults.push({ cutAfter: 1000 })
    const error: unknown = await transferToFile({ url: secret }, scene.path, { ...scene.options, retries: 0 }).catch(
      (e) => e,
    )
    expect(String(error)).not.toContain('sesame')
    expect(await readFile(`${scene.path}.partial.json`, 'utf8')).not.toContain('sesame')
    expect(scene.server.requests[0]?.headers.authorization).toMatch(/^Basic /)
  })

  it('lets one at a time download to a path', async () => {
    const all = Array.from({ length: 4 }, () =>
      transferToFile({ url: scene.url, sha256: SHA256 }, scene.path, scene.options),
    )
    expect((await Promise.all(all)).map(({ sha256 }) => sha256)).toEqual(Array(4).fill(SHA256))
    expect(scene.server.requests).toHaveLength(1)
    expect(await readdir(scene.directory)).toEqual(['image.iso'])
  })

  it('replaces a file of another content', async () => {
    await writeFile(scene.path, 'old')
    await transferToFile({ url: scene.url }, scene.path, scene.options)
    expect(await readFile(scene.path)).toEqual(CONTENT)
  })

  it('says where it cannot write', async () => {
    await writeFile(join(scene.directory, 'file'), '')
    await expect(
      transferToFile({ url: scene.url }, join(scene.directory, 'file/image.iso'), scene.options),
    ).rejects.toMatchObject({
      message: expect.stringContaining('Cannot make the directory'),
    })
    await mkdir(scene.path)
    await expect(transferToFile({ url: scene.url }, scene.path, scene.options)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:input|output)\//),
    })
  })

  it('refuses what is no URL or no checksum', async () => {
    for (const request of [{ url: 'file:///etc/passwd' }, { url: 'nonsense' }, { url: scene.url, sha256: 'abc' }]) {
      await expect(transferToFile(request, scene.path)).rejects.toMatchObject({ code: 'argument/invalid' })
    }
  })

  it('downloads an empty file', async () => {
    scene.server.files.set('/image.iso', { content: new Uint8Array() })
    expect(await transferToFile({ url: scene.url }, scene.path, scene.options)).toMatchObject({
      size: 0,
      sha256: digest(new Uint8Array()),
    })
    expect(await readdir(scene.directory)).toEqual(['image.iso'])
  })
})
