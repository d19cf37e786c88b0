import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { readFully } from './byte-source.js'
import { httpSource } from './http-source.js'

const CONTENT = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, at) => (at * 11) & 0xff))
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers ranges as RFC 9110 wants it. */
function rangeServer(file: { content: Buffer; etag?: string; modified?: string }) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const { content, etag, modified } = file
    if (etag) response.setHeader('etag', etag)
    if (modified) response.setHeader('last-modified', modified)
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const condition = request.headers['if-range']
    if (!range || (condition !== undefined && condition !== etag && condition !== modified)) {
      response.end(content)
      return
    }
    const [first, last] = [Number(range[1]), Math.min(Number(range[2]), content.length - 1)]
    if (first >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
      return
    }
    response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${content.length}` })
    response.end(content.subarray(first, last + 1))
  }
}

describe('httpSource', () => {
  it('reads ranges, and only those', async () => {
    const ranges: (string | undefined)[] = []
    const answer = rangeServer({ content: CONTENT, etag: '"1"' })
    const url = await serve((request, response) => {
      ranges.push(request.headers.range)
      answer(request, response)
    })
    const source = await httpSource(`${url}/image.iso?token=secret`)
    expect(source.size).toBe(300_000)
    expect(source.name).toBe(`${url}/image.iso`)
    expect(Buffer.compare(await readFully(source, 1000, 200_000), CONTENT.subarray(1000, 201_000))).toBe(0)
    expect(ranges).toEqual(['bytes=0-0', 'bytes=1000-200999'])
  })

  it.each([
    ['by its ETag', { etag: '"1"' }, { etag: '"2"' }],
    ['by its date', { modified: 'Mon, 01 Jan 2024 00:00:00 GMT' }, { modified: 'Tue, 02 Jan 2024 00:00:00 GMT' }],
    ['by its size', {}, { content: CONTENT.subarray(0, 250_000) }],
    ['by its end', {}, { content: CONTENT.subarray(0, 10) }],
  ])('notices %s that the file was replaced', async (_, before, after) => {
    const file = { content: CONTENT, ...before }
    const url = await serve((request, response) => rangeServer(file)(request, response))
    const source = await httpSource(url)
    await readFully(source, 0, 10)
    Object.assign(file, after)
    await expect(readFully(source, 100_000, 10)).rejects.toMatchObject({ code: 'input/changed' })
  })

  it('goes on where a connection broke off', async () => {
    const answer = rangeServer({ content: CONTENT, etag: '"1"' })
    let requests = 0
    const url = await serve((request, response) => {
      requests++
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
      if (!range || requests === 1 || requests > 4) return answer(request, response)
      const [first, last] = [Number(range[1]), Number(range[2])]
      response.writeHead(206, {
        'content-range': `bytes ${first}-${last}/${CONTENT.length}`,
        'content-length': last - first + 1,
      })
      response.write(CONTENT.subarray(first, first + 20_000), () => response.destroy())
    })
    const source = await httpSource(url)
    expect(Buffer.compare(await readFully(source, 0, 300_000), CONTENT)).toBe(0)
    expect(requests).toBe(5)
  })

  it('gives up when nothing comes any more', async () => {
    let requests = 0
    const answer = rangeServer({ content: CONTENT })
    const url = await serve((request, response) => {
      if (requests++ === 0) answer(request, response)
      else response.destroy()
    })
    const source = await httpSource(url, { retries: 2 })
    await expect(readFully(source, 0, 10)).rejects.toMatchObject({ code: 'input/unreachable' })
    expect(requests).toBe(4)
  })

  it('takes a server that stays silent for dead', async () => {
    const url = await serve(() => {})
    await expect(httpSource(url, { stalledAfterMs: 20 })).rejects.toMatchObject({ code: 'input/unreachable' })
  })

  it('follows redirects, and shows its headers to the first host only', async () => {
    const seen: (string | undefined)[] = []
    const answer = rangeServer({ content: CONTENT })
    const target = await serve((request, response) => {
      seen.push(request.headers.authorization)
      answer(request, response)
    })
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(302, { location: `${target}/file` }).end()
    })
    const source = await httpSource(url, { headers: { authorization: 'Bearer x' } })
    await readFully(source, 5, 5)
    expect(seen).toEqual(['Bearer x', undefined, undefined])
  })

  it('asks the first host again when the place that it led to has expired', async () => {
    const answer = rangeServer({ content: CONTENT })
    let expired = false
    const url = await serve((request, response) => {
      if (request.url === '/signed-2') return answer(request, response)
      if (request.url === '/signed-1') return expired ? void response.writeHead(403).end() : answer(request, response)
      response.writeHead(307, { location: expired ? '/signed-2' : '/signed-1' }).end()
    })
    const source = await httpSource(`${url}/file`)
    expired = true
    expect(await readFully(source, 0, 3)).toEqual(CONTENT.subarray(0, 3))
  })

  it('stops at redirects that go in circles', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: '/again' }).end())
    await expect(httpSource(url)).rejects.toMatchObject({
      code: 'input/http',
      message: expect.stringContaining('redirect'),
    })
  })

  it('says what a server does wrong', async () => {
    const whole = await serve((_, response) => response.end(CONTENT))
    await expect(httpSource(whole)).rejects.toMatchObject({
      code: 'input/http',
      hint: expect.stringContaining('Download'),
    })
    const missing = await serve((_, response) => response.writeHead(404).end())
    await expect(httpSource(missing)).rejects.toMatchObject({ message: expect.stringContaining('answered 404') })
    let requests = 0
    const answer = rangeServer({ content: CONTENT })
    const wrong = await serve((request, response) => {
      if (requests++ === 0) return answer(request, response)
      response.writeHead(206, { 'content-range': `bytes 7-9/${CONTENT.length}` }).end('abc')
    })
    const source = await httpSource(wrong)
    await expect(readFully(source, 0, 3)).rejects.toMatchObject({ code: 'input/http' })
  })

  it('refuses what is no http URL, without repeating it', async () => {
    for (const url of ['nonsense', 'file:///etc/passwd', 'ftp://user:secret@host/']) {
      const error = await httpSource(url).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'argument/invalid' })
      expect(String(error)).not.toContain('secret')
    }
  })

  it('stops when it is cancelled in the middle', async () => {
    const url = await serve((request, response) => {
      if (request.headers.range === 'bytes=0-0') return rangeServer({ content: CONTENT })(request, response)
      response.writeHead(206, { 'content-range': `bytes 0-299999/${CONTENT.length}` })
      response.write(CONTENT.subarray(0, 1000))
    })
    const source = await httpSource(url)
    const controller = new AbortController()
    const reading = source.read(0, 300_000, { signal: controller.signal })[Symbol.asyncIterator]()
    await reading.next()
    controller.abort()
    await expect(reading.next()).rejects.toMatchObject({ code: 'aborted' })
  })

  it('reads an empty file', async () => {
    const url = await serve(rangeServer({ content: Buffer.alloc(0) }))
    expect((await httpSource(url)).size).toBe(0)
  })
})
