import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ImageEvent } from '../image/image-event.js'
import { openImage, parseImageSource } from '../image/index.js'
import { archiveOf } from '../tar/testing/archive.js'
import { type FaultyServer, startFaultyServer } from '../transfer/faulty-server.js'

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** What happens to a request instead of its answer. */
type Trouble = 'cut' | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }

let directory: string
let registry: FaultyServer
let blobs: Map<string, Uint8Array>
/** What the tag leads to. */
let manifest: Buffer
/** For the requests to come whose path matches, one for each. */
let troubles: [path: RegExp, trouble: Trouble][]
/** The token that opens what matches; none is needed for other paths. */
let tokens: [path: RegExp, token: string][]
let pauses: number[]
let events: ImageEvent[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'registry-trouble-'))
  registry = await startFaultyServer()
  blobs = new Map()
  troubles = []
  tokens = []
  pauses = []
  events = []
  manifest = manifestOf('one')
  registry.intercept = ({ url = '/', headers }, response) => {
    answer(url, headers.authorization, response)
    return true
  }
})
afterEach(async () => {
  await registry.stop()
  await rm(directory, { recursive: true })
})

function manifestOf(content: string): Buffer {
  const put = (type: string, bytes: Uint8Array) => {
    blobs.set(digestOf(bytes), bytes)
    return { mediaType: `application/vnd.oci.image.${type}`, digest: digestOf(bytes), size: bytes.length }
  }
  const layer = archiveOf([{ path: 'etc/os-release', content }])
  const rootfs = { type: 'layers', diff_ids: [digestOf(layer)] }
  const config = put('config.v1+json', Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs })))
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [put('layer.v1.tar', layer)] }))
}

function answer(url: string, authorization: string | undefined, response: ServerResponse): void {
  const index = troubles.findIndex(([path]) => path.test(url))
  const [, trouble] = index < 0 ? [] : (troubles.splice(index, 1)[0] ?? [])
  const token = tokens.find(([path]) => path.test(url))?.[1]
  const blob = blobs.get(/\/blobs\/(.*)$/.exec(url)?.[1] ?? '')
  if (trouble === 'cut') response.destroy()
  else if (trouble) response.writeHead(trouble.status, trouble.headers).end()
  else if (url.startsWith('/token/')) response.end(JSON.stringify({ token: url.slice('/token/'.length).split('?')[0] }))
  else if (token !== undefined && authorization !== `Bearer ${token}`) {
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${registry.url}/token/${token}"` }).end()
  } else if (url.includes('/manifests/')) {
    response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }).end(manifest)
  } else response.end(blob)
}

const open = (stateDir = 'state') =>
  openImage(parseImageSource(`${new URL(registry.url).host}/kairos/image:v1`), {
    stateDir: join(directory, stateDir),
    insecureRegistries: true,
    credentials: { env: {}, home: directory },
    wait: async (delayMs) => void pauses.push(delayMs),
    onProgress: (event) => events.push(event),
  })

/** Opens the image and reads its layer. */
async function pull(stateDir?: string): Promise<string> {
  await using image = await open(stateDir)
  for await (const _ of image.layers[0]?.open() ?? []) {
    // Verified at the end.
  }
  return image.digest
}

const times = (count: number, path: RegExp, trouble: Trouble) =>
  Array.from({ length: count }, (): [RegExp, Trouble] => [path, trouble])
const layerPath = () => new RegExp(`/blobs/${JSON.parse(`${manifest}`).layers[0].digest}$`)
const offline = () => events.filter(({ phase }) => phase === 'offline')
const asked = (path: RegExp) => registry.requests.filter((request) => path.test(request.path))

describe('a registry whose connections break', () => {
  it.each([1, 3])('gives what the tag leads to now, after %i cut ones, and not what it led to before', async (cuts) => {
    await pull()
    manifest = manifestOf('two')
    troubles = times(cuts, /^\/v2\/$/, 'cut')
    expect(await pull()).toBe(digestOf(manifest))
    troubles = times(cuts, /manifests/, 'cut')
    expect(await pull('fresh')).toBe(digestOf(manifest))
    expect(offline()).toEqual([])
    expect(pauses).toHaveLength(2 * cuts)
  })

  it('counts as out of reach when it goes on: the image is taken as it was last, which is told', async () => {
    const before = await pull()
    manifest = manifestOf('two')
    troubles = times(100, /^\/v2\/$/, 'cut')
    expect(await pull()).toBe(before)
    expect(offline()).toHaveLength(1)
    expect(asked(/^\/v2\/$/)).toHaveLength(1 + 4)
    await expect(pull('fresh')).rejects.toMatchObject({
      code: 'input/unreachable',
      // And not that it speaks no TLS, which is known.
      message: expect.stringContaining('the connection was cut'),
    })
  })

  it('is asked again for what is missing when it is back', async () => {
    await (await open())[Symbol.asyncDispose]()
    const layer = [...blobs.values()].find((bytes) => bytes.length % 512 === 0) as Uint8Array
    await rm(join(directory, 'state/cache/sha256', digestOf(layer).slice('sha256:'.length)), { force: true })
    troubles = times(4, /^\/v2\/$/, 'cut')
    expect(await pull()).toBe(digestOf(manifest))
    expect(offline()).toHaveLength(1)
  })
})

describe('a token server in trouble', () => {
  const busy = { status: 503, headers: { 'retry-after': '7' } }

  it('is asked again for a manifest, after the pause that it wants', async () => {
    tokens = [[/kairos/, 'one']]
    troubles = [...times(1, /token/, busy), ...times(1, /token/, 'cut'), ...times(1, /token/, { status: 429 })]
    expect(await pull()).toBe(digestOf(manifest))
    expect(pauses).toHaveLength(3)
    expect(pauses[0]).toBe(7000)
  })

  it('is asked again for a layer, whose token is another one', async () => {
    tokens = [
      [layerPath(), 'two'],
      [/kairos/, 'one'],
    ]
    troubles = times(2, /token\/two/, busy)
    expect(await pull()).toBe(digestOf(manifest))
    expect(pauses).toEqual([7000, 7000])
  })

  it('ends the pull when it goes on, and is named', async () => {
    await pull()
    tokens = [[/kairos/, 'one']]
    troubles = times(100, /token/, { status: 503 })
    await expect(pull()).rejects.toMatchObject({
      code: 'registry/failed',
      message: expect.stringMatching(/^the token server .*status 503/),
    })
    expect(asked(/token/)).toHaveLength(4)
    tokens = [[layerPath(), 'two']]
    await expect(pull('fresh')).rejects.toMatchObject({ message: expect.stringMatching(/^the token server/) })
  })
})
