import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { KairosError } from '../errors/index.js'
import { describeLocation, readBytes, readText } from './read.js'
import { redactUrl } from './redact-url.js'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'read-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function errorOf(promise: Promise<unknown>): Promise<KairosError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (KairosError.is(error)) return error
  throw new Error(`a KairosError was expected, found: ${String(error)}`)
}

describe('readText', () => {
  it('reads a file, a file URL, standard input and an HTTP URL behind a redirect', async () => {
    const path = join(directory, 'config.yaml')
    await writeFile(path, 'grüße\n')
    expect(await readText(path)).toBe('grüße\n')
    expect(await readText(`file://${path}`)).toBe('grüße\n')
    expect(await readText('-', { stdin: Readable.from([Buffer.from('gr'), 'üße']) })).toBe('grüße')
    await using server = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/config' }).end()
      else response.end('grüße\n')
    })
    expect(await readText(server.url)).toBe('grüße\n')
  })

  it('says what it found instead of a text file, and what to do', async () => {
    const missing = await errorOf(readText(join(directory, 'missing.yaml')))
    expect(missing.code).toBe('input/not-found')
    expect(missing.message).toMatch(/missing\.yaml: it does not exist/)
    expect(missing.hint).toBeDefined()
    expect((await errorOf(readText(directory))).code).toBe('input/is-a-directory')
    expect((await errorOf(readText(join(directory, 'x', 'y')))).code).toBe('input/not-found')
    const binary = join(directory, 'binary')
    await writeFile(binary, Buffer.from([0xff, 0xd8, 0xff]))
    expect((await errorOf(readText(binary))).code).toBe('input/not-text')
    expect(await readBytes(binary)).toHaveLength(3)
  })

  it('takes no more than it was allowed, from any source', async () => {
    const path = join(directory, 'large')
    await writeFile(path, 'x'.repeat(101))
    await using server = await serve((_request, response) => response.end('x'.repeat(101)))
    for (const location of [path, server.url, '-']) {
      const error = await errorOf(readText(location, { maxBytes: 100, stdin: Readable.from(['x'.repeat(101)]) }))
      expect(error.code).toBe('input/too-large')
    }
  })

  it('tells apart a server that refuses, one that is not there and one that is silent', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/silent') return
      response.writeHead(404).end('no')
    })
    const refused = await errorOf(readText(`${server.url}/secret?token=abc`))
    expect(refused.code).toBe('input/http')
    expect(refused.message).toContain('404 Not Found')
    expect(refused.message).not.toContain('abc')
    expect((await errorOf(readText(`${server.url}/silent`, { httpTimeoutMs: 50 }))).code).toBe('input/unreachable')
    let closed: string
    {
      await using gone = await serve(() => {})
      closed = gone.url
    }
    expect((await errorOf(readText(closed))).code).toBe('input/unreachable')
  })

  it('sends user name and password of a URL to its server, and goes through the proxy of the environment', async () => {
    await using server = await serve(({ headers }, response) => response.end(headers.authorization))
    const withLogin = server.url.replace('//', '//me:p%40ss@')
    expect(await readText(withLogin)).toBe(`Basic ${btoa('me:p@ss')}`)
    expect(await readText(server.url.replace('//', '//me:100%@'))).toBe(`Basic ${btoa('me:100%')}`)
    await using proxy = await serve(({ url }, response) => response.end(`proxy of ${url}`))
    vi.stubEnv('http_proxy', proxy.url)
    vi.stubEnv('no_proxy', 'near.example')
    try {
      expect(await readText('http://far.example/config')).toBe('proxy of http://far.example/config')
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('says that a proxy lets nothing through, which is no cancellation', async () => {
    const proxy = createServer()
    proxy.on('connect', (_request, socket) => {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n')
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('https_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
    vi.stubEnv('no_proxy', '')
    try {
      expect(await errorOf(readText('https://far.example/config'))).toMatchObject({
        code: 'input/unreachable',
        message: expect.stringContaining('its answer 407'),
        hint: expect.stringContaining('user name and password'),
      })
    } finally {
      vi.unstubAllEnvs()
      await new Promise((resolve) => proxy.close(resolve))
    }
  })

  it('names the variable of a proxy that is none, and nothing of its value', async () => {
    await using server = await serve((_request, response) => response.end('x'))
    for (const [variable, value] of [
      ['https_proxy', 's3cret.lan:3128'],
      ['http_proxy', 'http://me:s3cret%@proxy.lan:3128'],
    ] as const) {
      vi.stubEnv(variable, value)
      try {
        const error = await errorOf(readText(server.url))
        expect(error.code).toBe('argument/invalid')
        expect(error.message).toContain(`${variable} in the environment`)
        expect(`${error.message} ${error.hint}`).not.toContain('s3cret')
      } finally {
        vi.unstubAllEnvs()
      }
    }
  })

  it('says what answers instead of a server that speaks TLS, or HTTP, or one that redirects in a circle', async () => {
    await using server = await serve((_request, response) => response.writeHead(302, { location: '/' }).end())
    const noTls = await errorOf(readText(server.url.replace('http:', 'https:')))
    expect(noTls.code).toBe('input/unreachable')
    expect(noTls.message).toContain('does not speak TLS')
    expect((await errorOf(readText(server.url))).message).toContain('redirect count exceeded')
    const other = createTcpServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    try {
      const noHttp = await errorOf(readText(`http://127.0.0.1:${(other.address() as AddressInfo).port}`))
      expect(noHttp.code).toBe('input/unreachable')
      expect(noHttp.message).toContain('does not speak HTTP')
    } finally {
      await new Promise((resolve) => other.close(resolve))
    }
  })

  it('stops waiting for a terminal or server when it is cancelled', async () => {
    await using server = await serve(() => {})
    for (const location of ['-', server.url]) {
      const controller = new AbortController()
      const reading = errorOf(readText(location, { signal: controller.signal, stdin: new Readable({ read() {} }) }))
      controller.abort()
      expect((await reading).code).toBe('aborted')
    }
    expect((await errorOf(readText('x', { signal: AbortSignal.abort() }))).code).toBe('aborted')
  })
})

describe('describeLocation', () => {
  it('shows no credentials of a URL', () => {
    expect(describeLocation('https://me:pw@example.com/a?key=1')).toBe('https://…@example.com/a?…')
    expect(describeLocation('-')).toBe('standard input')
    expect(redactUrl('http://[broken')).toBe('a URL that cannot be read')
  })
})
