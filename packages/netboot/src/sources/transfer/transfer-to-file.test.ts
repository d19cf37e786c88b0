import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultyServer, startFaultyServer } from './faulty-server.js'
import type { TransferOptions, TransferProgress } from './transfer.js'
import { transferToFile } from './transfer-to-file.js'

const bytes = (length: number, factor = 11) => Buffer.from(Uint8Array.from({ length }, (_, at) => (at * factor) >> 3))
const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')
const CONTENT = bytes(500_000)
const SHA256 = digest(CONTENT)
const OTHER = bytes(600_000, 13)

let directory: string
let path: string
let server: FaultyServer
let url: string
const pauses: number[] = []
const options: TransferOptions = {
  wait: async (delayMs) => void pauses.push(delayMs),
}
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'transfer-'))
  path = join(directory, 'image.iso')
  server = await startFaultyServer()
  url = `${server.url}/image.iso`
  server.files.set('/image.iso', { content: CONTENT, etag: '"1"' })
  pauses.length = 0
})
afterEach(async () => {
  await server.stop()
  await rm(directory, { recursive: true })
})

const ranges = () => server.requests.map(({ headers }) => headers.range)
/** Breaks a download off after some bytes, as a process that ends would. */
async function leavePartial(cutAfter: number, request: { sha256?: string } = {}) {
  server.faults.push({ cutAfter })
  await expect(transferToFile({ url, ...request }, path, { ...options, retries: 0 })).rejects.toMatchObject({
    code: 'input/unreachable',
  })
  server.requests.length = 0
}

describe('transferToFile', () => {
  it('gives the file, its size, its checksum and its version, and leaves nothing else', async () => {
    expect(await transferToFile({ url, sha256: SHA256.toUpperCase(), size: 500_000 }, path)).toEqual({
      size: 500_000,
      sha256: SHA256,
      etag: '"1"',
      lastModified: undefined,
    })
    expect(await readFile(path)).toEqual(CONTENT)
    expect(await readdir(directory)).toEqual(['image.iso'])
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('tells how far it is', async () => {
    const events: TransferProgress[] = []
    await transferToFile({ url }, path, { onProgress: (event) => events.push(event) })
    expect(events.at(-1)).toMatchObject({ phase: 'downloading', done: 500_000, total: 500_000, unit: 'bytes' })
  })

  it('stops at an error of who listens, without another attempt', async () => {
    const onProgress = () => {
      throw new TypeError('mine')
    }
    await expect(transferToFile({ url }, path, { ...options, onProgress })).rejects.toThrow('mine')
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    ['by the ETag', { etag: '"1"' }, '"1"'],
    ['by the date', { modified: 'Mon, 01 Jan 2024 00:00:00 GMT' }, 'Mon, 01 Jan 2024 00:00:00 GMT'],
  ])('goes on where the connection was cut, and knows the version %s', async (_, file, validator) => {
    server.files.set('/image.iso', { content: CONTENT, ...file })
    server.faults.push({ cutAfter: 100_000 }, { cutAfter: 200_000 })
    expect(await transferToFile({ url }, path, options)).toMatchObject({ sha256: SHA256 })
    expect(ranges()).toEqual([undefined, 'bytes=100000-', 'bytes=300000-'])
    expect(server.requests[1]?.headers['if-range']).toBe(validator)
    expect(await readFile(path)).toEqual(CONTENT)
  })

  it('goes on where an earlier process stopped', async () => {
    await leavePartial(123_456)
    expect((await readdir(directory)).sort()).toEqual(['image.iso.partial', 'image.iso.partial.json'])
    expect(await transferToFile({ url }, path, options)).toMatchObject({ sha256: SHA256 })
    expect(ranges()).toEqual(['bytes=123456-'])
    expect(await readdir(directory)).toEqual(['image.iso'])
  })

  it('goes on without a word on the version when the checksum is known, else starts again', async () => {
    server.files.set('/image.iso', { content: CONTENT, etag: 'W/"weak"' })
    await leavePartial(1000, { sha256: SHA256 })
    await transferToFile({ url, sha256: SHA256 }, path, options)
    await rm(path)
    await leavePartial(1000)
    await transferToFile({ url }, path, options)
    expect(ranges()).toEqual([undefined])
    expect(await readFile(path)).toEqual(CONTENT)
  })

  it('takes no partial file of another URL', async () => {
    await leavePartial(1000)
    server.files.set('/other', { content: OTHER, etag: '"1"' })
    expect(await transferToFile({ url: `${server.url}/other` }, path, options)).toMatchObject({ sha256: digest(OTHER) })
    expect(ranges()).toEqual([undefined])
  })

  it('goes on at a mirror when the checksum is known', async () => {
    await leavePartial(1000, { sha256: SHA256 })
    server.files.set('/mirror', { content: CONTENT, etag: '"mirror"' })
    await transferToFile({ url: `${server.url}/mirror`, sha256: SHA256 }, path, options)
    expect(ranges()).toEqual(['bytes=1000-'])
    expect(server.requests[0]?.headers['if-range']).toBeUndefined()
  })

  it('starts again when the file on the server is another one', async () => {
    server.faults.push({ cutAfter: 100_000 })
    const onProgress = ({ phase }: TransferProgress) => {
      if (phase === 'waiting') server.files.set('/image.iso', { content: OTHER, etag: '"2"' })
    }
    expect(await transferToFile({ url }, path, { ...options, onProgress })).toMatchObject({
      sha256: digest(OTHER),
      etag: '"2"',
    })
    expect(await readFile(path)).toEqual(OTHER)
  })

  it('starts again when the file became shorter than what is there', async () => {
    await leavePartial(400_000, { sha256: SHA256 })
    server.files.set('/image.iso', { content: CONTENT.subarray(0, 1000), etag: '"1"' })
    await expect(transferToFile({ url, sha256: SHA256 }, path, options)).rejects.toMatchObject({
      code: 'input/changed',
    })
    expect(ranges()).toEqual(['bytes=400000-', undefined])
  })

  it('gives up on a file that changes each time', async () => {
    server.faults.push(...Array.from({ length: 20 }, () => ({ cutAfter: 100_000 })))
    let version = 1
    const onProgress = ({ phase }: TransferProgress) => {
      if (phase === 'waiting') server.files.set('/image.iso', { content: CONTENT, etag: `"${++version}"` })
    }
    await expect(transferToFile({ url }, path, { ...options, onProgress })).rejects.toMatchObject({
      code: 'input/changed',
      message: expect.stringContaining('one version'),
    })
  })

  it('starts again when the server ignores ranges', async () => {
    server.files.set('/image.iso', { content: CONTENT, etag: '"1"', ranges: false })
    server.faults.push({ cutAfter: 100_000 })
    expect(await transferToFile({ url }, path, options)).toMatchObject({ sha256: SHA256 })
  })

  it('downloads in one piece before it blames a checksum on the server', async () => {
    await leavePartial(100_000, { sha256: SHA256 })
    await writeFile(`${path}.partial`, new Uint8Array(100_000))
    expect(await transferToFile({ url, sha256: SHA256 }, path, options)).toMatchObject({ sha256: SHA256 })
    expect(ranges()).toEqual(['bytes=100000-', undefined])
  })

  it('finishes what was complete but for its name', async () => {
    await leavePartial(1000, { sha256: SHA256 })
    await writeFile(`${path}.partial`, CONTENT)
    await transferToFile({ url, sha256: SHA256 }, path, options)
    expect(server.requests).toHaveLength(0)
    expect(await readFile(path)).toEqual(CONTENT)
  })

  it('asks for the last byte of what looks complete when no checksum shows that it is the version of now', async () => {
    await leavePartial(1000)
    await writeFile(`${path}.partial`, CONTENT)
    await transferToFile({ url }, path, options)
    expect(ranges()).toEqual(['bytes=499999-'])
  })

  it('removes what has a wrong checksum', async () => {
    await expect(transferToFile({ url, sha256: digest(OTHER) }, path, options)).rejects.toMatchObject({
      code: 'input/changed',
      message: `${url}: SHA-256 ${digest(OTHER)} expected, ${SHA256} found.`,
    })
    expect(await readdir(directory)).toEqual([])
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    ['too long', { declare: 500_001 }, undefined, 'input/unreachable'],
    ['too long, against the size that is expected', { declare: 500_001 }, 500_000, 'input/changed'],
    ['too short, against the size that is expected', { declare: 499_999 }, 500_000, 'input/changed'],
  ])('notices a Content-Length that is %s', async (_, fault, size, code) => {
    server.files.set('/image.iso', { content: CONTENT })
    server.faults.push(fault)
    const failing = transferToFile({ url, size }, path, { ...options, retries: 0, stalledAfterMs: 100 })
    await expect(failing).rejects.toMatchObject({ code })
    expect(await readdir(directory)).not.toContain('image.iso')
  })

  it('notices another size where none is declared', async () => {
    server.faults.push({ undeclared: true }, { undeclared: true })
    await expect(transferToFile({ url, size: 400_000 }, path, options)).rejects.toMatchObject({ code: 'input/changed' })
    await expect(transferToFile({ url, maxBytes: 400_000 }, path, options)).rejects.toMatchObject({
      code: 'input/too-large',
    })
    expect(await transferToFile({ url }, path, options)).toMatchObject({ sha256: SHA256 })
  })

  it.each([429, 500, 502, 503])('tries again after %i, when the server wants it', async (status) => {
    server.faults.push({ status, headers: { 'retry-after': '7' } })
    expect(await transferToFile({ url }, path, options)).toMatchObject({ sha256: SHA256 })
    expect(pauses).toEqual([7000])
  })

  it('waits longer each time, and gives up', async () => {
    server.faults.push(...Array.from({ length: 9 }, () => ({ status: 500 })))
    await expect(transferToFile({ url }, path, { ...options, retries: 3 })).rejects.toMatchObject({
      code: 'input/http',
      message: expect.stringContaining('500'),
    })
    expect(pauses).toHaveLength(3)
    expect(pauses[2]).toBeGreaterThan(pauses[0] ?? 0)
  })

  it('does not wait for hours', async () => {
    server.faults.push({ status: 503, headers: { 'retry-after': '86400' } })
    await expect(transferToFile({ url }, path, options)).rejects.toMatchObject({ code: 'input/http' })
    expect(pauses).toEqual([])
  })

  it.each([400, 403, 404, 410])('does not ask again after %i', async (status) => {
    server.faults.push({ status })
    await expect(transferToFile({ url }, path, options)).rejects.toMatchObject({
      code: 'input/http',
      message: `${url}: the file expected, the answer ${status} found.`,
    })
    expect(server.requests).toHaveLength(1)
    expect(await readdir(directory)).toEqual([])
  })

  it('takes a server that stays silent for dead, and goes on', async () => {
    server.faults.push({ silentAfter: undefined }, { silentAfter: 100_000 })
    expect(await transferToFile({ url }, path, { ...options, stalledAfterMs: 100 })).toMatchObject({ sha256: SHA256 })
    expect(ranges()).toEqual([undefined, undefined, 'bytes=100000-'])
  })

  it('shows credentials to the origin only', async () => {
    const other = await startFaultyServer()
    other.files.set('/blob', { content: CONTENT })
    server.intercept = (request, response) => {
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
    await transferToFile({ url, headers: { authorization: 'Bearer old' }, authorize }, path, options)
    expect(challenges).toEqual(['Bearer realm="here"'])
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
    await other.stop()
  })

  it('names no secrets of the URL, neither in messages nor on the disk', async () => {
    const secret = url.replace('//', '//user:sesame@').concat('?signature=sesame')
    server.faults.push({ cutAfter: 1000 })
    const error: unknown = await transferToFile({ url: secret }, path, { ...options, retries: 0 }).catch((e) => e)
    expect(String(error)).not.toContain('sesame')
    expect(await readFile(`${path}.partial.json`, 'utf8')).not.toContain('sesame')
    expect(server.requests[0]?.headers.authorization).toMatch(/^Basic /)
  })

  it('keeps what it has when it is cancelled, and throws aborted', async () => {
    const large = bytes(3_000_000)
    server.files.set('/image.iso', { content: large, etag: '"1"' })
    server.beforePiece = (sent) => (sent >= 2_000_000 ? new Promise(() => {}) : undefined)
    const stop = new AbortController()
    const onProgress = ({ done = 0 }: TransferProgress) => {
      if (done > 1_000_000) stop.abort()
    }
    await expect(transferToFile({ url }, path, { ...options, onProgress, signal: stop.signal })).rejects.toMatchObject({
      code: 'aborted',
    })
    server.beforePiece = undefined
    expect((await readdir(directory)).sort()).toEqual(['image.iso.partial', 'image.iso.partial.json'])
    expect(await transferToFile({ url }, path, options)).toMatchObject({ sha256: digest(large) })
    expect(ranges()[1]).toMatch(/^bytes=[1-9]\d{6}-$/)
  })

  it('is cancelled while it waits', async () => {
    server.faults.push({ status: 503, headers: { 'retry-after': '100' } })
    const stop = new AbortController()
    const onProgress = ({ phase }: TransferProgress) => {
      if (phase === 'waiting') stop.abort()
    }
    await expect(transferToFile({ url }, path, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'aborted',
    })
  })

  it('lets one at a time download to a path', async () => {
    const all = Array.from({ length: 4 }, () => transferToFile({ url, sha256: SHA256 }, path, options))
    expect((await Promise.all(all)).map(({ sha256 }) => sha256)).toEqual(Array(4).fill(SHA256))
    expect(server.requests).toHaveLength(1)
    expect(await readdir(directory)).toEqual(['image.iso'])
  })

  it('replaces a file of another content', async () => {
    await writeFile(path, 'old')
    await transferToFile({ url }, path, options)
    expect(await readFile(path)).toEqual(CONTENT)
  })

  it('says where it cannot write', async () => {
    await writeFile(join(directory, 'file'), '')
    await expect(transferToFile({ url }, join(directory, 'file/image.iso'), options)).rejects.toMatchObject({
      message: expect.stringContaining('Cannot make the directory'),
    })
    await mkdir(path)
    await expect(transferToFile({ url }, path, options)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:input|output)\//),
    })
  })

  it('refuses what is no URL or no checksum', async () => {
    for (const request of [{ url: 'file:///etc/passwd' }, { url: 'nonsense' }, { url, sha256: 'abc' }]) {
      await expect(transferToFile(request, path)).rejects.toMatchObject({ code: 'argument/invalid' })
    }
  })

  it('downloads an empty file', async () => {
    server.files.set('/image.iso', { content: new Uint8Array() })
    expect(await transferToFile({ url }, path, options)).toMatchObject({ size: 0, sha256: digest(new Uint8Array()) })
    expect(await readdir(directory)).toEqual(['image.iso'])
  })
})
