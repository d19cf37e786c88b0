import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openImage, parseImageSource } from '../image/index.js'
import { archiveOf } from '../tar/testing/archive.js'
import { type FaultyServer, startFaultyServer } from '../transfer/faulty-server.js'

const LOGIN = Buffer.from('me:sesame').toString('base64')
const LAYER = archiveOf([{ path: 'etc/os-release', content: 'NAME=x' }])
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

let directory: string
let registry: FaultyServer
/** Where the registry keeps its blobs: another host, as quay.io and ghcr.io have it. */
let storage: FaultyServer
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'blob-redirect-'))
  registry = await startFaultyServer()
  storage = await startFaultyServer()
})
afterEach(async () => {
  await registry.stop()
  await storage.stop()
  await rm(directory, { recursive: true })
})

/** Fills the registry with an image that only `me` may read. */
function serveImage(): string {
  const put = (mediaType: string, content: Uint8Array) => {
    const digest = digestOf(content)
    storage.files.set(`/${digest}`, { content })
    return { mediaType: `application/vnd.oci.image.${mediaType}`, digest, size: content.length }
  }
  const rootfs = { type: 'layers', diff_ids: [digestOf(LAYER)] }
  const config = put('config.v1+json', Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs })))
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = { schemaVersion: 2, mediaType, config, layers: [put('layer.v1.tar', LAYER)] }
  registry.intercept = ({ url = '/', headers }, response) => {
    const blob = /\/blobs\/(.*)$/.exec(url)?.[1]
    if (headers.authorization !== `Basic ${LOGIN}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
    } else if (blob) {
      // Signed, as the storage of a cloud wants it.
      response.writeHead(307, { location: `${storage.url}/${blob}?signature=sesame` }).end()
    } else if (url.includes('/manifests/')) {
      response.writeHead(200, { 'content-type': mediaType }).end(JSON.stringify(manifest))
    } else response.end()
    return true
  }
  return `${new URL(registry.url).host}/kairos/image:v1`
}

async function openServed(name: string) {
  const file = join(directory, 'auth.json')
  await writeFile(file, JSON.stringify({ auths: { [new URL(registry.url).host]: { auth: LOGIN } } }))
  return openImage(parseImageSource(name), {
    stateDir: join(directory, 'state'),
    insecureRegistries: true,
    credentials: { env: { REGISTRY_AUTH_FILE: file }, home: directory },
    wait: async () => {},
  })
}

async function readLayer(image: Awaited<ReturnType<typeof openServed>>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of image.layers[0]?.open() ?? []) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('a registry that keeps its blobs on another host', () => {
  it('gives them without its login going there', async () => {
    await using image = await openServed(serveImage())
    expect(await readLayer(image)).toEqual(Buffer.from(LAYER))
    expect(storage.requests).toHaveLength(2)
    for (const { headers } of storage.requests) {
      expect(headers).not.toHaveProperty('authorization')
      expect(JSON.stringify(headers)).not.toContain(LOGIN)
    }
    expect(registry.requests.some(({ headers }) => headers.authorization === `Basic ${LOGIN}`)).toBe(true)
  })

  it('is asked again where to go when the storage breaks off', async () => {
    const name = serveImage()
    // The configuration comes first.
    storage.faults.push(undefined, { cutAfter: 512 })
    await using image = await openServed(name)
    expect(await readLayer(image)).toEqual(Buffer.from(LAYER))
    expect(storage.requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined, 'bytes=512-'])
    expect(registry.requests.filter(({ path }) => path.endsWith(digestOf(LAYER)))).toHaveLength(2)
  })

  it('says nothing of the signature when the storage refuses', async () => {
    const name = serveImage()
    storage.faults.push(undefined, { status: 403 })
    await using image = await openServed(name)
    const error: unknown = await readLayer(image).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: expect.stringMatching(/^(?:registry|image)\//) })
    expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toMatch(/sesame/)
  })
})
