import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createHttpClient, type HttpClient } from '../packages/netboot/src/bytes/index.js'
import { transferToFile } from '../packages/netboot/src/sources/index.js'
import { type ForwardProxy, startForwardProxy } from './forward-proxy.js'
import { requirement } from './requirements.js'
import { makeCertificate } from './self-signed.js'
import { temporaryDirectory } from './temporary.js'

const NAMES = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()])

describe.skipIf(requirement(['openssl']))('a download over HTTPS where the environment names a proxy', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let server: ReturnType<typeof createServer>
  let host: string
  let ca: string
  let proxy: ForwardProxy
  let http: HttpClient
  /** Of the requests that reached the server. */
  const authorizations: (string | undefined)[] = []
  const before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]))

  beforeAll(async () => {
    directory = await temporaryDirectory()
    const { key, certificate } = await makeCertificate(directory.path)
    ca = certificate ?? ''
    server = createServer({ key, cert: certificate }, (request, response) => {
      authorizations.push(request.headers.authorization)
      response.end('content')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await directory.remove()
  })
  beforeEach(async () => {
    proxy = await startForwardProxy()
    authorizations.length = 0
    for (const name of NAMES) delete process.env[name]
  })
  afterEach(async () => {
    for (const name of NAMES) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
    await http.close()
    await proxy.stop()
  })
  const download = (env: Readonly<Record<string, string>>, tls = { [host]: { ca } }) => {
    Object.assign(process.env, env)
    http = createHttpClient({ tls })
    const url = `https://user:sesame@${host}/image.iso`
    return transferToFile({ url }, join(directory.path, 'image.iso'), { http, retries: 0 })
  }

  it.each(['https_proxy', 'HTTPS_PROXY'])(
    'goes through a tunnel, in which the proxy sees nothing: %s',
    async (name) => {
      expect(await download({ [name]: proxy.url })).toMatchObject({ size: 7 })
      expect(proxy.asked).toEqual([host])
      expect(JSON.stringify(proxy.heads)).not.toMatch(/authorization/i)
      expect(authorizations).toEqual([`Basic ${Buffer.from('user:sesame').toString('base64')}`])
    },
  )

  it('verifies the certificate behind the tunnel', async () => {
    const refused = download({ https_proxy: proxy.url }, {})
    await expect(refused).rejects.toMatchObject({ code: 'input/unreachable' })
    expect(authorizations).toEqual([])
  })

  it('shows the login of the proxy to the proxy only', async () => {
    await download({ https_proxy: proxy.url.replace('//', '//me:secret@') })
    const login = `Basic ${Buffer.from('me:secret').toString('base64')}`
    expect(proxy.heads.map((head) => head['proxy-authorization'])).toEqual([login])
    expect(authorizations).not.toContain(login)
  })

  it.each(['127.0.0.1', '*', 'example.org, 127.0.0.1'])('goes past the proxy to hosts of no_proxy=%s', async (list) => {
    expect(await download({ https_proxy: proxy.url, no_proxy: list })).toMatchObject({ size: 7 })
    expect(proxy.asked).toEqual([])
  })

  it('says that the proxy refuses, with its answer and where proxies are set', async () => {
    proxy.refusal = 407
    await expect(download({ https_proxy: proxy.url })).rejects.toMatchObject({
      code: 'input/unreachable',
      message: expect.stringContaining('407'),
      hint: expect.stringContaining('https_proxy'),
    })
  })

  it('names the variable of a proxy that is none, and nothing of its value', async () => {
    const failed = await download({ https_proxy: 'me:secret@proxy.lan:3128' }).catch((error) => error)
    expect(failed).toMatchObject({ code: 'argument/invalid', message: expect.stringContaining('https_proxy') })
    expect(String(failed)).not.toContain('secret')
  })

  it('says so when the proxy is not there, and never its login', async () => {
    await proxy.stop()
    const failed = await download({ https_proxy: proxy.url.replace('//', '//me:secret@') }).catch((error) => error)
    expect(failed).toMatchObject({ code: 'input/unreachable' })
    expect(JSON.stringify([failed, String(failed), failed.stack])).not.toContain('secret')
    proxy = await startForwardProxy()
  })
})
