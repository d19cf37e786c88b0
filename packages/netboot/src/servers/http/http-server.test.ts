import { once } from 'node:events'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
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

describe('a published file', () => {
  const validators = { etag: '"sum-1"', modified: new Date('2026-11-21T10:00:00.700Z') }
  const publish = () =>
    server.publish('/machines/a%20b.iso', memorySource('iso', content), { validators, saveAs: 'a b.iso' })
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${base}/machines/a%20b.iso`, { headers, method })

  it('has a path that everybody knows, in every spelling of it', async () => {
    publish()
    for (const target of ['/machines/a%20b.iso', '/machines/%61%20b.iso', 'http://x/machines/a%20b.iso?x=1']) {
      expect(await rawRequest(server.port ?? 0, target)).toMatch(/^HTTP\/1.1 200/)
    }
    for (const target of [
      '/machines',
      '/machines/',
      '/machines/a+b.iso',
      '/machines/./a%20b.iso',
      '/Machines/a%20b.iso',
    ]) {
      expect(await rawRequest(server.port ?? 0, target)).toMatch(/^HTTP\/1.1 404/)
    }
  })

  it('has the tag and date that it is given, and the name that it is saved as', async () => {
    publish()
    const { status, headers } = await get({}, 'HEAD')
    expect([status, headers.get('content-length')]).toEqual([200, '1000'])
    expect(headers.get('etag')).toBe('"sum-1"')
    expect(headers.get('last-modified')).toBe('Sat, 21 Nov 2026 10:00:00 GMT')
    expect(headers.get('content-disposition')).toBe('attachment; filename="a b.iso"')
    expect(headers.get('content-type')).toBe('application/octet-stream')
  })

  it('is sent in parts, and not again to who has it', async () => {
    publish()
    const part = await get({ range: 'bytes=10-19', 'if-range': '"sum-1"' })
    expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, content.subarray(10, 20)])
    expect((await get({ 'if-none-match': '"sum-1"' })).status).toBe(304)
    expect((await get({ 'if-modified-since': 'Sat, 21 Nov 2026 10:00:00 GMT' })).status).toBe(304)
    expect((await get({ range: 'bytes=10-19', 'if-range': '"sum-2"' })).status).toBe(200)
    expect((await get({ 'if-match': '"sum-2"' })).status).toBe(412)
  })

  it('is told with its path', async () => {
    publish()
    const sent = event('sent')
    await (await get()).arrayBuffer()
    expect(await sent).toMatchObject({ name: 'machines/a b.iso', machine: undefined, status: 200, bytes: 1_000 })
  })

  it('may have no tag of its own', async () => {
    server.publish('/kairos.iso', memorySource('iso', content))
    const etag = (await fetch(`${base}/kairos.iso`)).headers.get('etag') ?? ''
    expect((await fetch(`${base}/kairos.iso`, { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  it('was never changed in the time to come', async () => {
    server.publish('/kairos.iso', memorySource('iso', content), {
      validators: { etag: '"x"', modified: new Date(8e15) },
    })
    const modified = (await fetch(`${base}/kairos.iso`)).headers.get('last-modified') ?? ''
    expect(Date.parse(modified)).toBeLessThanOrEqual(Date.now())
  })

  it('is replaced by the next one of its path, which only its own result takes away', async () => {
    const takeBack = publish()
    const takeBackNext = server.publish('/machines/a%20b.iso', memorySource('iso', 'next'))
    takeBack()
    expect(await (await get()).text()).toBe('next')
    takeBackNext()
    expect((await get()).status).toBe(404)
  })

  it.each(['W/"x"', 'x', '"x', '"a b"', '""', '"a\r\nb"'])('cannot have the tag %j', (etag) => {
    const source = memorySource('iso', content)
    expect(() => server.publish('/kairos.iso', source, { validators: { etag, modified: new Date() } })).toThrow(
      expect.objectContaining({ code: 'argument/invalid' }),
    )
  })
})

describe('an answer under a path that everybody knows', () => {
  const text = (content: string) => ({ source: memorySource('answer', content), contentType: 'text/plain' })

  it('may have another status, whatever a client asks about', async () => {
    const validators = { etag: '"x"', modified: new Date(0) }
    server.route('/readyz', () => ({ ...text('not yet'), status: 503, validators }))
    const response = await fetch(`${base}/readyz`, { headers: { 'if-none-match': '"x"', range: 'bytes=0-1' } })
    expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([503, 'not yet', null])
    expect((await fetch(`${base}/readyz`, { method: 'HEAD' })).status).toBe(503)
  })

  it('is sent in parts when it says by what to recognise it', async () => {
    let made = 0
    server.route('/machines/a.iso', () => {
      made++
      return { ...text('0123456789'), validators: { etag: '"x"', modified: new Date(0) } }
    })
    const url = `${base}/machines/a.iso`
    expect(await (await fetch(url, { headers: { range: 'bytes=-3' } })).text()).toBe('789')
    expect((await fetch(url, { headers: { 'if-none-match': '"x"' } })).status).toBe(304)
    expect(made).toBe(2)
  })

  it('with a tag that is none is an error of the server', async () => {
    server.route('/x', () => ({ ...text('x'), validators: { etag: 'x', modified: new Date(0) } }))
    expect((await fetch(`${base}/x`)).status).toBe(500)
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

  it('that asks for much at once holds one file at a time, and gets all of it', async () => {
    let opened = 0
    let most = 0
    const source: ByteSource = {
      name: 'kernel',
      size: content.length,
      async *read() {
        most = Math.max(most, ++opened)
        await new Promise(setImmediate)
        yield content
        opened--
      },
    }
    const { path } = server.register(source, { name: 'kernel' })
    const socket = await rawConnection(server.port ?? 0)
    const ask = `GET ${path} HTTP/1.1\r\nHost: x\r\n`
    socket.write(`${`${ask}\r\n`.repeat(9)}${ask}Connection: close\r\n\r\n`)
    const answers = await text(socket)
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(10)
    expect(events.filter(({ type }) => type === 'sent')).toHaveLength(10)
    expect(most).toBe(1)
  })

  it('that asks for far too much at once is cut off', async () => {
    const { path } = server.register(zeroSource(64 * MIB), { name: 'rootfs' })
    const failed = event('failed')
    const socket = await rawConnection(server.port ?? 0)
    socket.on('error', () => {})
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(18))
    expect((await failed).error.code).toBe('http/client-gone')
    expect(events.filter(({ type }) => type === 'request')).toHaveLength(1)
    socket.destroy()
  })

  it('does not take the connections of all', async () => {
    await server.stop()
    await serve({ maxConnectionsPerAddress: 2 })
    const first = await rawConnection(server.port ?? 0)
    const second = await rawConnection(server.port ?? 0)
    const third = await rawConnection(server.port ?? 0)
    third.on('error', () => {})
    await once(third.resume(), 'close')
    expect(log).toEqual([expect.stringContaining('Too many connections')])
    first.destroy()
    second.destroy()
  })

  it('has no other answer written into the one that it gets', async () => {
    const { path } = server.register(zeroSource(64 * MIB), { name: 'rootfs' })
    const failed = event('failed')
    const socket = await rawConnection(server.port ?? 0)
    let received = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      if (received.length === 0) socket.write('this is not HTTP\r\n\r\n')
      received = Buffer.concat([received, chunk.filter((byte) => byte !== 0)])
    })
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    expect((await failed).error.code).toBe('http/client-gone')
    await once(socket, 'close')
    expect(received.toString().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200'])
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
