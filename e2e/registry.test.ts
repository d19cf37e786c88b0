import { createHash, createPrivateKey, sign } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ImageEvent, openImage, parseImageSource } from '../packages/netboot/src/sources/index.js'
import { type BreakingProxy, startProxy } from './cutting-proxy.js'
import { type RunningRegistry, startRegistry } from './docker-registry.js'
import { createLayeredImage, type LayeredImage, readLayers, run } from './layered-image.js'
import { requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

const isMissing = requirement(['docker-registry', 'skopeo', 'umoci', 'htpasswd', 'openssl', 'tar'])

describe.skipIf(isMissing)('Images of a docker-registry that skopeo and umoci filled', () => {
  let temporary: Awaited<ReturnType<typeof temporaryDirectory>>
  let made: LayeredImage
  let registry: RunningRegistry
  let count = 0

  /** A login of its own, or none: those of the user must not matter. */
  const home = (logins: Record<string, unknown> = {}) => {
    const env = { PATH: process.env.PATH, REGISTRY_AUTH_FILE: join(temporary.path, `auth-${count++}.json`) }
    return writeFile(env.REGISTRY_AUTH_FILE, JSON.stringify({ auths: logins })).then(() => ({
      env,
      home: temporary.path,
    }))
  }
  const open = async (image: string, options: Partial<Parameters<typeof openImage>[1]> = {}) =>
    openImage(parseImageSource(image), {
      stateDir: join(temporary.path, `state-${count++}`),
      insecureRegistries: true,
      credentials: await home(),
      wait: async () => {},
      ...options,
    })
  const skopeo = (...args: string[]) => run('skopeo', ...args)
  const asked = (proxy: BreakingProxy, pattern: RegExp) => proxy.seen.filter(({ path }) => pattern.test(path))

  beforeAll(async () => {
    temporary = await temporaryDirectory()
    made = await createLayeredImage(temporary.path)
    registry = await startRegistry(temporary.path)
    const to = (name: string) => `docker://${registry.host}/${name}`
    const from = (tag: string) => `oci:${made.layout}:${tag}`
    await skopeo('copy', '-q', '--dest-tls-verify=false', from('v1-amd64'), to('kairos/gzip:v1'))
    await skopeo('copy', '-q', '--dest-tls-verify=false', '--format', 'v2s2', from('v1-amd64'), to('kairos/docker:v1'))
    await skopeo('copy', '-q', '--dest-tls-verify=false', from('v1-amd64'), to('kairos/multi:amd64'))
    await skopeo('copy', '-q', '--dest-tls-verify=false', from('v1-arm64'), to('kairos/multi:arm64'))
    // Compressed blobs are copied as they are: only from plain ones does skopeo make zstd. Through a second registry on
    // the same storage, because skopeo remembers what the first one has and would take that.
    await using second = await startRegistry(temporary.path)
    const plain = `dir:${join(temporary.path, 'plain')}`
    await skopeo('copy', '-q', '--dest-decompress', from('v1-amd64'), plain)
    const zstd = ['--dest-compress', '--dest-compress-format', 'zstd']
    await skopeo('copy', '-q', '--dest-tls-verify=false', ...zstd, plain, `docker://${second.host}/kairos/zstd:v1`)
    await putIndex(registry.host, 'kairos/multi', ['amd64', 'arm64'])
  })
  afterAll(async () => {
    await registry?.[Symbol.asyncDispose]()
    await temporary?.remove()
  })

  it.each(['gzip', 'zstd', 'docker'])('gives the layers of kairos/%s as they were made', async (kind) => {
    await using image = await open(`${registry.host}/kairos/${kind}:v1`)
    expect(await readLayers(image)).toEqual(made.layers)
    expect(image.architecture).toBe('amd64')
    expect(image.labels.get('for')).toBe('amd64')
    const raw = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${registry.host}/kairos/${kind}:v1`)
    expect(image.digest).toBe(`sha256:${createHash('sha256').update(raw).digest('hex')}`)
  })

  it('stores zstd layers as zstd, so that the test above reads some', async () => {
    const raw = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${registry.host}/kairos/zstd:v1`)
    expect(raw).toContain('tar+zstd')
  })

  it('chooses by architecture from an index, and says what there is', async () => {
    for (const architecture of ['amd64', 'arm64', 'aarch64']) {
      await using image = await open(`${registry.host}/kairos/multi:v1`, { architecture })
      expect(image.labels.get('for')).toBe(architecture === 'amd64' ? 'amd64' : 'arm64')
    }
    await expect(open(`${registry.host}/kairos/multi:v1`, { architecture: 'riscv64' })).rejects.toMatchObject({
      code: 'image/no-architecture',
      message: expect.stringContaining('amd64, arm64 found'),
    })
    await expect(open(`${registry.host}/kairos/gzip:v1`, { architecture: 'arm64' })).rejects.toMatchObject({
      code: 'image/no-architecture',
    })
  })

  it('says which setting lets it speak to a registry without TLS', async () => {
    await expect(open(`${registry.host}/kairos/gzip:v1`, { insecureRegistries: false })).rejects.toMatchObject({
      code: 'registry/insecure',
      message: expect.stringContaining('no TLS found'),
      hint: expect.stringContaining('allow-insecure-registries'),
    })
    await expect(open(`${registry.host}/kairos/gzip:v1`, { insecureRegistries: ['other:5000'] })).rejects.toMatchObject(
      {
        code: 'registry/insecure',
      },
    )
    await using image = await open(`${registry.host}/kairos/gzip:v1`, { insecureRegistries: [registry.host] })
    expect(image.layers).toHaveLength(2)
  })

  it('says that there is no such image', async () => {
    for (const name of ['kairos/gzip:v2', 'kairos/nothing:v1', `kairos/gzip@sha256:${'0'.repeat(64)}`]) {
      await expect(open(`${registry.host}/${name}`)).rejects.toMatchObject({ code: 'image/not-found' })
    }
  })

  it('goes on where a layer was cut', async () => {
    await using proxy = await startProxy(registry.host, { cut: { path: /blobs/, after: 1_000_000 } })
    // The configuration is small: the first blob of more than a megabyte is the lower layer.
    await using image = await open(`${proxy.host}/kairos/gzip:v1`)
    expect(await readLayers(image)).toEqual(made.layers)
    const ranges = asked(proxy, /blobs/).filter(({ range }) => range !== undefined)
    expect(ranges).toHaveLength(1)
    expect(Number(/bytes=(\d+)-/.exec(ranges[0]?.range ?? '')?.[1])).toBeGreaterThan(0)
  })

  it('refuses a layer or manifest of another digest, and leaves none in the cache', async () => {
    const stateDir = join(temporary.path, `state-${count++}`)
    await using proxy = await startProxy(registry.host, { damage: /blobs/ })
    await expect(open(`${proxy.host}/kairos/gzip:v1`, { stateDir })).rejects.toMatchObject({
      code: 'image/wrong-digest',
    })
    const [upper, lower] = await layerDigests(registry.host, 'kairos/gzip')
    await using layers = await startProxy(registry.host, { damage: new RegExp(`${upper}|${lower}`) })
    await using image = await open(`${layers.host}/kairos/gzip:v1`, { stateDir })
    await expect(readLayers(image)).rejects.toMatchObject({ code: 'image/wrong-digest' })
    const cached = await readdir(join(stateDir, 'cache/sha256'))
    expect(cached.filter((name) => [upper, lower].includes(`sha256:${name}`))).toEqual([])
  })

  it('asks for no layer twice, and needs no registry for what is in the cache', async () => {
    const stateDir = join(temporary.path, `state-${count++}`)
    const proxy = await startProxy(registry.host)
    const name = `${proxy.host}/kairos/gzip`
    let digest: string
    {
      await using image = await open(`${name}:v1`, { stateDir })
      digest = image.digest
      expect(await readLayers(image)).toEqual(made.layers)
    }
    const before = asked(proxy, /blobs/).length
    {
      await using image = await open(`${name}:v1`, { stateDir })
      expect(await readLayers(image)).toEqual(made.layers)
    }
    expect(asked(proxy, /blobs/)).toHaveLength(before)
    await proxy[Symbol.asyncDispose]()

    await using byDigest = await open(`${name}@${digest}`, { stateDir })
    expect(await readLayers(byDigest)).toEqual(made.layers)
    const told: ImageEvent[] = []
    await using byTag = await open(`${name}:v1`, { stateDir, onProgress: (event) => told.push(event) })
    expect(await readLayers(byTag)).toEqual(made.layers)
    expect(told.map(({ message }) => message).join()).toContain('cannot be reached: taking')
    await expect(open(`${name}:v2`, { stateDir })).rejects.toMatchObject({ code: 'input/unreachable' })
  })

  it('mends a layer that was damaged on the disk', async () => {
    const stateDir = join(temporary.path, `state-${count++}`)
    const image = `${registry.host}/kairos/gzip:v1`
    {
      await using first = await open(image, { stateDir })
      await readLayers(first)
    }
    const lower = (await layerDigests(registry.host, 'kairos/gzip'))[0] ?? ''
    const path = join(stateDir, 'cache/sha256', lower.slice('sha256:'.length))
    const bytes = await readFile(path)
    bytes[1000] = (bytes[1000] ?? 0) ^ 1
    await rm(path)
    await writeFile(path, bytes)
    await using again = await open(image, { stateDir })
    expect(await readLayers(again)).toEqual(made.layers)
  })

  it('tells of each layer and of all together', async () => {
    const told: ImageEvent[] = []
    await using image = await open(`${registry.host}/kairos/gzip:v1`, { onProgress: (event) => told.push(event) })
    await readLayers(image)
    const whole = told.filter(({ phase, subject, done }) => phase === 'download' && !subject && done !== undefined)
    expect(whole.at(-1)?.done).toBe(whole.at(-1)?.total)
    expect(new Set(told.map(({ subject }) => subject))).toEqual(
      new Set([undefined, ...image.layers.map(({ name }) => name)]),
    )
  })

  it('leaves off when it is cancelled', async () => {
    const controller = new AbortController()
    await using image = await open(`${registry.host}/kairos/gzip:v1`, {
      signal: controller.signal,
      onProgress: ({ phase }) => {
        if (phase === 'download') controller.abort()
      },
    })
    await expect(readLayers(image)).rejects.toMatchObject({ code: 'aborted' })
  })

  describe('with a password', () => {
    let guarded: RunningRegistry
    const secret = 'correct horse'

    beforeAll(async () => {
      const path = join(temporary.path, 'htpasswd')
      await writeFile(path, await run('htpasswd', '-nbB', 'kairos', secret))
      guarded = await startRegistry(temporary.path, { auth: { htpasswd: { realm: 'kairos', path } } })
    })
    afterAll(async () => guarded?.[Symbol.asyncDispose]())

    it('takes the login of a configuration file', async () => {
      const auth = Buffer.from(`kairos:${secret}`).toString('base64')
      const credentials = await home({ [guarded.host]: { auth } })
      await using image = await open(`${guarded.host}/kairos/gzip:v1`, { credentials })
      expect(await readLayers(image)).toEqual(made.layers)
    })

    it('takes the login of a credential helper', async () => {
      const bin = join(temporary.path, 'bin')
      await mkdir(bin)
      const answer = JSON.stringify({ ServerURL: guarded.host, Username: 'kairos', Secret: secret })
      const helper = `#!/bin/sh\nread server; [ "$1 $server" = "get ${guarded.host}" ] && echo '${answer}'\n`
      await writeFile(join(bin, 'docker-credential-test'), helper, { mode: 0o755 })
      await writeFile(join(bin, 'config.json'), JSON.stringify({ credHelpers: { [guarded.host]: 'test' } }))
      const credentials = { env: { PATH: `${bin}:${process.env.PATH}`, DOCKER_CONFIG: bin }, home: temporary.path }
      await using image = await open(`${guarded.host}/kairos/gzip:v1`, { credentials })
      expect(await readLayers(image)).toEqual(made.layers)
    })

    it('says how to log in, and never the password', async () => {
      await expect(open(`${guarded.host}/kairos/gzip:v1`)).rejects.toMatchObject({
        code: 'registry/unauthorized',
        message: expect.stringContaining('none found'),
        hint: expect.stringContaining(`docker login ${guarded.host}`),
      })
      const auth = Buffer.from('kairos:wrong-secret').toString('base64')
      const credentials = await home({ [guarded.host]: { auth } })
      const error = await open(`${guarded.host}/kairos/gzip:v1`, { credentials }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'registry/unauthorized', message: expect.stringContaining('others found') })
      expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toMatch(/wrong-secret|a2Fpcm9z/)
    })
  })

  it('speaks TLS to a registry whose certificate nobody vouches for only when that is allowed', async () => {
    const [key, certificate] = [join(temporary.path, 'key.pem'), join(temporary.path, 'certificate.pem')]
    await run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate) // biome-ignore format: one command
    await using secure = await startRegistry(temporary.path, { http: { tls: { certificate, key } } })
    await expect(open(`${secure.host}/kairos/gzip:v1`, { insecureRegistries: false })).rejects.toMatchObject({
      code: 'registry/insecure',
      message: expect.stringContaining('a self-signed one found'),
    })
    await using image = await open(`${secure.host}/kairos/gzip:v1`, { insecureRegistries: [secure.host] })
    expect(await readLayers(image)).toEqual(made.layers)
  })

  it('gets tokens from a token server, and shows them to nobody else', async () => {
    const [key, certificate] = [join(temporary.path, 'token-key.pem'), join(temporary.path, 'token-certificate.pem')]
    await run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=tokens',
      '-keyout', key, '-out', certificate) // biome-ignore format: one command
    const asks: { scope: string | null; authorization: string | undefined }[] = []
    const pem = await readFile(key, 'utf8')
    const der = Buffer.from((await readFile(certificate, 'utf8')).replace(/-----[^-]+-----|\s/g, ''), 'base64')
    const tokens = createServer((incoming, outgoing) => {
      const { searchParams } = new URL(incoming.url ?? '/', 'http://tokens')
      const scope = searchParams.get('scope')
      asks.push({ scope, authorization: incoming.headers.authorization })
      outgoing.end(JSON.stringify({ token: tokenFor(scope ?? '', pem, der), expires_in: 60 }))
    })
    await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve))
    try {
      const realm = `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`
      const auth = { token: { realm, service: 'kairos', issuer: 'tokens', rootcertbundle: certificate } }
      await using guarded = await startRegistry(temporary.path, { auth })
      const credentials = await home({ [guarded.host]: { auth: Buffer.from('kairos:secret').toString('base64') } })
      await using image = await open(`${guarded.host}/kairos/gzip:v1`, { credentials })
      expect(await readLayers(image)).toEqual(made.layers)
      expect(asks).toEqual([
        {
          scope: 'repository:kairos/gzip:pull',
          authorization: `Basic ${Buffer.from('kairos:secret').toString('base64')}`,
        },
      ])
    } finally {
      tokens.close()
    }
  })

  describe('as skopeo writes them to files', () => {
    it.each(['oci-archive', 'docker-archive', 'oci'])('reads %s:', async (kind) => {
      const path = join(temporary.path, `copy.${kind}`)
      await skopeo('copy', '-q', `oci:${made.layout}:v1-arm64`, `${kind}:${path}:kairos/copy:v1`)
      for (const source of [`${kind}:${path}`, `${kind}:${path}:kairos/copy:v1`]) {
        await using image = await open(source, { architecture: 'arm64' })
        expect(await readLayers(image)).toEqual(made.layers)
        expect(image.labels.get('for')).toBe('arm64')
      }
      await expect(open(`${kind}:${path}:kairos/other:v1`)).rejects.toMatchObject({
        code: 'image/not-found',
        hint: expect.stringContaining('kairos/copy:v1'),
      })
    })

    it('reads an archive that is compressed as a whole, and leaves nothing behind', async () => {
      const path = join(temporary.path, 'compressed.tar')
      await skopeo('copy', '-q', `oci:${made.layout}:v1-amd64`, `docker-archive:${path}:kairos/copy:v1`)
      await run('gzip', path)
      const stateDir = join(temporary.path, `state-${count++}`)
      {
        await using image = await open(`docker-archive:${path}.gz`, { stateDir })
        expect(await readLayers(image)).toEqual(made.layers)
      }
      expect(await readdir(join(stateDir, 'cache/unpacking'))).toEqual([])
    })

    it('asks which of several images is meant', async () => {
      await expect(open(`oci:${made.layout}`)).rejects.toMatchObject({
        code: 'image/not-found',
        hint: expect.stringContaining('v1-amd64, v1-arm64'),
      })
    })
  })
})

async function manifestOf(host: string, repository: string, tag: string): Promise<{ bytes: Buffer; type: string }> {
  const type = 'application/vnd.oci.image.manifest.v1+json'
  const response = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, { headers: { accept: type } })
  return { bytes: Buffer.from(await response.arrayBuffer()), type }
}

async function layerDigests(host: string, repository: string): Promise<string[]> {
  const { bytes } = await manifestOf(host, repository, 'v1')
  return (JSON.parse(bytes.toString()) as { layers: { digest: string }[] }).layers.map(({ digest }) => digest)
}

/** What `docker buildx` pushes: an index with images and an attestation. */
async function putIndex(host: string, repository: string, architectures: readonly string[]): Promise<void> {
  const manifests: unknown[] = []
  for (const architecture of architectures) {
    const { bytes, type } = await manifestOf(host, repository, architecture)
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    const of = { mediaType: type, digest, size: bytes.length }
    const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' }
    manifests.push({ ...of, annotations, platform: { architecture: 'unknown', os: 'unknown' } })
    manifests.push({ ...of, platform: { architecture, os: 'linux' } })
  }
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const response = await fetch(`http://${host}/v2/${repository}/manifests/v1`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: JSON.stringify({ schemaVersion: 2, mediaType, manifests }),
  })
  if (!response.ok) throw new Error(`The registry refused the index: ${await response.text()}`)
}

/** A JSON Web Token as the registry's "token" authentication wants it, with its certificate inside. */
function tokenFor(scope: string, key: string, certificate: Buffer): string {
  const [type, name, actions = ''] = scope.split(':')
  const now = Math.floor(Date.now() / 1000)
  const header = { typ: 'JWT', alg: 'RS256', x5c: [certificate.toString('base64')] }
  const access = [{ type, name, actions: actions.split(',') }]
  const payload = {
    iss: 'tokens',
    sub: 'kairos',
    aud: 'kairos',
    exp: now + 60,
    nbf: now - 60,
    iat: now,
    jti: '1',
    access,
  }
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part(header)}.${part(payload)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), createPrivateKey(key)).toString('base64url')}`
}
