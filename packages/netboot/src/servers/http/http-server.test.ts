import { once } from 'node:events'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ByteSource } from '../../bytes/byte-source.js'
import { fileSource } from '../../bytes/file-source.js'
import { memorySource } from '../../bytes/memory-source.js'
import { sliceSource } from '../../bytes/slice-source.js'
import { zeroSource } from '../../bytes/zero-source.js'
import type { HttpEvent } from './http-events.js'
import { createHttpServer, type HttpServer, type HttpServerInit } from './http-server.js'
import { rawConnection, rawRequest } from './raw-client.js'

const content = Buffer.from(Uint8Array.from({ length: 1_000 }, (_, index) => index % 251))
const MIB = 1024 * 1024

let server: HttpServer
let base: string
let log: string[]
let events: HttpEvent[]

async function serve(init: Partial<HttpServerInit> = {}) {
  log = []
  events = []
  const note = (line: string) => void log.push(line)
  server = createHttpServer({ address: '127.0.0.1', port: 0, logger: { info: note, warn: note, debug: note }, ...init })
  server.on((event) => events.push(event))
  await server.start()
  base = `http://127.0.0.1:${server.port}`
}
const event = <Type extends HttpEvent['type']>(type: Type) =>
  new Promise<Extract<HttpEvent, { type: Type }>>((resolve) => {
    const off = server.on((each) => {
      if (each.type !== type) return
      off()
      resolve(each as Extract<HttpEvent, { type: Type }>)
    })
  })

beforeEach(() => serve())
afterEach(() => server.stop())

describe('an artifact', () => {
  const publish = (name = 'kernel') => server.register(memorySource(name, content), { name })
  const get = (url: string, headers: Record<string, string> = {}, method = 'GET') => fetch(url, { headers, method })

  it('is served under an unguessable name, with its length, type, tag and date', async () => {
    const { path, url } = publish()
    expect(path).toMatch(/^\/a\/[\w-]{22}\/kernel$/)
    const response = await get(url(base))
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content)
    expect(response.headers.get('content-length')).toBe('1000')
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('accept-ranges')).toBe('bytes')
    expect(response.headers.get('etag')).toMatch(/^".+"$/)
    expect(Date.parse(response.headers.get('last-modified') ?? '')).toBeLessThanOrEqual(Date.now())
  })

  it('shows its headers to HEAD', async () => {
    const response = await get(publish().url(base), { range: 'bytes=0-1' }, 'HEAD')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-length')).toBe('1000')
    expect(await response.text()).toBe('')
  })

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=990-', 990, 10],
    ['bytes=-5', 995, 5],
  ])('gives the range %s', async (range, offset, length) => {
    const response = await get(publish().url(base), { range })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(`bytes ${offset}-${offset + length - 1}/1000`)
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content.subarray(offset, offset + length))
  })

  it('answers several ranges with the whole', async () => {
    const response = await get(publish().url(base), { range: 'bytes=0-1,5-6' })
    expect(response.status).toBe(200)
    expect((await response.arrayBuffer()).byteLength).toBe(1_000)
  })

  it('says how long it is when a range lies behind its end', async () => {
    const response = await get(publish().url(base), { range: 'bytes=1000-' })
    expect(response.status).toBe(416)
    expect(response.headers.get('content-range')).toBe('bytes */1000')
  })

  it('is not sent again to who has it', async () => {
    const url = publish().url(base)
    const etag = (await get(url)).headers.get('etag') ?? ''
    const response = await get(url, { 'if-none-match': etag })
    expect(response.status).toBe(304)
    expect(await response.text()).toBe('')
    expect((await get(url, { 'if-match': '"other"' })).status).toBe(412)
    expect((await get(url, { range: 'bytes=5-', 'if-range': etag })).status).toBe(206)
    expect((await get(url, { range: 'bytes=5-', 'if-range': '"other"' })).status).toBe(200)
  })

  it('has one tag for all machines that share it, and a path for each', () => {
    const source = memorySource('kernel', content)
    const [one, other] = ['a', 'b'].map((machine) => server.register(source, { name: 'kernel', machine }))
    expect(one?.path).not.toBe(other?.path)
  })

  it('may be empty', async () => {
    const response = await get(server.register(memorySource('empty', ''), { name: 'empty' }).url(base))
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '0'])
  })

  it('may be a range of a larger file', async () => {
    const slice = sliceSource(memorySource('iso', content), 100, 200)
    const response = await get(server.register(slice, { name: 'kernel' }).url(base), { range: 'bytes=-10' })
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content.subarray(290, 300))
  })

  it('is found when a client writes its path with escapes, or with the host in front', async () => {
    const { path } = publish()
    for (const target of [path.replace('kernel', '%6bernel'), `http://x${path}`, `${path}?mac=52%3A54`]) {
      expect(await rawRequest(server.port ?? 0, target)).toMatch(/^HTTP\/1.1 200/)
    }
  })

  it('is gone when it is revoked', async () => {
    const { url, revoke } = publish()
    revoke()
    expect((await get(url(base))).status).toBe(404)
  })

  it('needs a name that a URL can have', () => {
    for (const name of ['', '..', 'a/b', 'a b', 'a\0', 'x'.repeat(65)]) {
      expect(() => publish(name)).toThrow(expect.objectContaining({ code: 'argument/invalid' }))
    }
  })

  it('is told with its name, and never with its path', async () => {
    const { url } = server.register(memorySource('kernel', content), { name: 'kernel', machine: '08:00' })
    const sent = event('sent')
    await (await get(url(base), { range: 'bytes=10-19' })).arrayBuffer()
    expect(await sent).toMatchObject({
      ...{ name: 'kernel', machine: '08:00', method: 'GET', status: 206, offset: 10, bytes: 10, size: 1_000 },
      client: { address: '127.0.0.1' },
    })
    expect(log).toEqual([expect.stringMatching(/^HTTP: Sent file "kernel" to 127\.0\.0\.1:\d+$/)])
  })
})

describe('an answer that is made up', () => {
  it('knows who asked, what, and by which of our addresses; nobody keeps it', async () => {
    const { url } = server.handle({ name: 'boot.ipxe' }, ({ client, localAddress, query }) => ({
      source: memorySource('script', `${client.address} ${localAddress} ${query.get('mac')}`),
      contentType: 'text/plain',
    }))
    const response = await fetch(`${url(base)}?mac=52%3A54`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.text()).toBe('127.0.0.1 127.0.0.1 52:54')
  })

  it('may be none', async () => {
    const { url } = server.handle({ name: 'boot.ipxe' }, () => undefined)
    expect((await fetch(url(base))).status).toBe(404)
  })

  it('that fails is an error of the server, without its words', async () => {
    const { url } = server.handle({ name: 'boot.ipxe' }, () => Promise.reject(new Error('s3cret')))
    const response = await fetch(url(base))
    expect([response.status, await response.text()]).toEqual([500, ''])
    expect(events.at(-1)).toMatchObject({ type: 'failed', name: 'boot.ipxe', bytes: 0 })
  })

  it('can have a path that everybody knows', async () => {
    const takeBack = server.route('/healthz', () => ({ source: memorySource('ok', 'ok'), contentType: 'text/plain' }))
    expect(await (await fetch(`${base}/healthz`)).text()).toBe('ok')
    takeBack()
    expect((await fetch(`${base}/healthz`)).status).toBe(404)
  })
})

describe('what is not registered', () => {
  it('is refused in every spelling, and the log has no secret', async () => {
    const { path } = server.register(memorySource('config.yaml', 's3cret'), { name: 'config.yaml', machine: 'a' })
    const token = path.split('/')[2] ?? ''
    const targets = [
      ...['/', '/a', '/a/', `/a/${token}`, `/a/${token}/`, `/a/${token}/kernel`, '/config.yaml', '/etc/passwd'],
      ...[`/a/${token}/../${token}/config.yaml`, `/a/${token}/%2e%2e/config.yaml`, `/a/${token}/..%2fconfig.yaml`],
      ...[
        `//a/${token}/config.yaml`,
        `/a//${token}/config.yaml`,
        `/a/${token}//config.yaml`,
        `/a/${token}/./config.yaml`,
      ],
      ...[`/a/${token}/config.yaml%00`, `/a/${token}/config.yaml%00.txt`, `/a/${token}/config.yaml/`],
      ...[
        `/A/${token}/config.yaml`,
        `/a/${token}/CONFIG.YAML`,
        `/a/${token}/config%252eyaml`,
        `\\a\\${token}\\config.yaml`,
      ],
      ...[`/a/${token.slice(1)}/config.yaml`, `/a/${token}x/config.yaml`, `/a/*/config.yaml`, `/__proto__`, '*'],
      ...[`/a/${token}/%`, `/a/${token}/%zz`, `ftp://x${path}`, `x${path}`, `/${'a'.repeat(5_000)}`],
    ]
    for (const target of targets) {
      const answer = await rawRequest(server.port ?? 0, target)
      expect(answer, target).toMatch(/^HTTP\/1.1 (404 Not Found|400 Bad Request)\r\n/)
      expect(answer).not.toContain('s3cret')
    }
    for (const secret of [token, 's3cret', 'config.yaml']) {
      expect(log.join('\n')).not.toContain(secret)
      expect(JSON.stringify(events)).not.toContain(secret)
    }
    expect(events.map(({ type }) => type)).toEqual(targets.map(() => 'refused'))
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])('%s is not allowed', async (method) => {
    const { path } = server.register(memorySource('kernel', content), { name: 'kernel' })
    const answer = await rawRequest(server.port ?? 0, path, method)
    expect(answer).toMatch(/^HTTP\/1.1 405 Method Not Allowed\r\n/)
    expect(answer).toMatch(/\r\nallow: GET, HEAD\r\n/i)
  })

  it.each([
    'nonsense\r\n\r\n',
    'GET / HTTP/1.1\r\nX: \u0000\r\n\r\n',
    `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  ])('is closed when it is not HTTP (%#)', async (bytes) => {
    const socket = await rawConnection(server.port ?? 0)
    socket.on('error', () => {})
    socket.write(bytes)
    socket.resume()
    await once(socket, 'close')
    expect(events).toMatchObject([{ type: 'refused', reason: 'malformed' }])
  })
})

describe('a difficult client', () => {
  /** Counts what is read from it. */
  function counted(size: number): ByteSource & { bytesRead: number } {
    const zeros = zeroSource(size)
    const source = {
      name: 'rootfs',
      size,
      bytesRead: 0,
      async *read(offset: number, length: number) {
        for await (const chunk of zeros.read(offset, length)) {
          source.bytesRead += chunk.length
          yield chunk
        }
      },
    }
    return source
  }

  it('that does not read has no more than a little read for it, and is left alone after a time', async () => {
    await server.stop()
    await serve({ idleTimeoutMs: 300 })
    const source = counted(256 * MIB)
    const { path } = server.register(source, { name: 'rootfs' })
    const failed = event('failed')
    const socket = await rawConnection(server.port ?? 0)
    socket.on('error', () => {})
    socket.pause()
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    expect((await failed).error).toMatchObject({
      code: 'http/client-gone',
      message: expect.stringContaining('stopped reading'),
    })
    expect(source.bytesRead).toBeLessThan(16 * MIB)
    expect(server.transfers()).toEqual([])
    socket.destroy()
  })

  it('that goes away stops the reading of the file', async () => {
    const source = counted(256 * MIB)
    const { url } = server.register(source, { name: 'rootfs' })
    const failed = event('failed')
    const leave = new AbortController()
    const response = await fetch(url(base), { headers: { range: 'bytes=1000-' }, signal: leave.signal })
    await response.body?.getReader().read()
    leave.abort()
    expect((await failed).error.code).toBe('http/client-gone')
    expect(source.bytesRead).toBeLessThan(128 * MIB)
  })

  it('one of 200 at the same time gets its file as all others do', async () => {
    const { url } = server.register(memorySource('kernel', Buffer.concat(Array(300).fill(content))), { name: 'kernel' })
    const all = Array.from({ length: 200 }, async (_, index) => {
      const response = await fetch(url(base), { headers: { range: `bytes=${index}-` } })
      return (await response.arrayBuffer()).byteLength
    })
    expect(await Promise.all(all)).toEqual(all.map((_, index) => 300_000 - index))
  })

  it('that sends its request in drops is closed', async () => {
    await server.stop()
    await serve({ requestTimeoutMs: 100 })
    const socket = await rawConnection(server.port ?? 0)
    socket.on('error', () => {})
    socket.write('GET / HT')
    socket.resume()
    await once(socket, 'close')
    expect(events).toMatchObject([{ type: 'refused', status: 408 }])
  })
})

describe('a file that is not what it was', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-http-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  it('vanished: an error of the server, told in words', async () => {
    const path = join(directory, 'kernel')
    await writeFile(path, content)
    const { url } = server.register(await fileSource(path), { name: 'kernel' })
    await rm(path)
    expect((await fetch(url(base))).status).toBe(500)
    expect(events.at(-1)).toMatchObject({ type: 'failed', name: 'kernel', error: { code: 'input/not-found' } })
  })

  it('changed while it was sent: the connection breaks before the end', async () => {
    const path = join(directory, 'rootfs')
    await writeFile(path, Buffer.alloc(64 * MIB))
    const { url } = server.register(await fileSource(path), { name: 'rootfs' })
    const failed = event('failed')
    const response = await fetch(url(base))
    await truncate(path, MIB)
    await expect(response.arrayBuffer()).rejects.toThrow()
    expect((await failed).error.code).toBe('input/changed')
  })

  it('a source with too few or too many bytes breaks the connection too', async () => {
    for (const bytes of [50, 200]) {
      const liar = { ...memorySource('rootfs', content.subarray(0, bytes)), size: 100 }
      const source = { ...liar, read: () => memorySource('x', content.subarray(0, bytes)).read(0, bytes) }
      const failed = event('failed')
      const response = fetch(server.register(source, { name: 'rootfs' }).url(base)).then((each) => each.arrayBuffer())
      await expect(response).rejects.toThrow()
      expect((await failed).error.code).toBe('input/changed')
    }
  })
})

describe('stopping', () => {
  it('lets what is under way come to its end', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const source: ByteSource = {
      name: 'slow',
      size: 2,
      async *read() {
        yield Buffer.from('a')
        await gate
        yield Buffer.from('b')
      },
    }
    const response = await fetch(server.register(source, { name: 'slow' }).url(base))
    const stopped = server.stop({ graceMs: 60_000 })
    release()
    expect(await response.text()).toBe('ab')
    await stopped
    await expect(fetch(base)).rejects.toThrow()
  })

  it('breaks it off when the time is over', async () => {
    const response = await fetch(server.register(zeroSource(1e12), { name: 'endless' }).url(base))
    const body = response.arrayBuffer()
    await server.stop()
    await expect(body).rejects.toThrow()
  })

  it('says which port is taken', async () => {
    const other = createHttpServer({ address: '127.0.0.1', port: server.port })
    await expect(other.start()).rejects.toMatchObject({
      code: 'network/address-in-use',
      message: expect.stringContaining(`Cannot open TCP port ${server.port} of 127.0.0.1`),
    })
  })
})
