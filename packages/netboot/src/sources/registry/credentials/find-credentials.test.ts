import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askCredentialHelper } from './credential-helper.js'
import { findCredentials } from './find-credentials.js'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('findCredentials', () => {
  let home: string
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'kairos-credentials-'))
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  const put = async (path: string, content: unknown) => {
    await mkdir(dirname(join(home, path)), { recursive: true })
    await writeFile(join(home, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  const helper = async (name: string, script: string) => {
    await put(`docker-credential-${name}`, `#!/bin/sh\n${script}\n`)
    await chmod(join(home, `docker-credential-${name}`), 0o755)
  }
  const env = (more: Record<string, string> = {}) => ({ PATH: `${home}:/usr/bin:/bin`, ...more })
  const find = (registry: string, repository = 'a/b', more: Record<string, string> = {}) =>
    findCredentials({ registry, repository }, { home, env: env(more) })

  it('reads the forms that logins have had', async () => {
    await put('.docker/config.json', {
      auths: {
        'https://index.docker.io/v1/': { auth: base64('hub:a:b') },
        'quay.io': { username: 'quay', password: 'p' },
        'https://ghcr.io': { identitytoken: 'i' },
        'gcr.io': { registrytoken: 'r' },
        'azure.io': { auth: base64('<token>:refresh') },
        'empty.io': {},
      },
    })
    expect(await find('docker.io')).toEqual({ kind: 'password', username: 'hub', password: 'a:b' })
    expect(await find('quay.io')).toEqual({ kind: 'password', username: 'quay', password: 'p' })
    expect(await find('ghcr.io')).toEqual({ kind: 'identity-token', token: 'i' })
    expect(await find('gcr.io')).toEqual({ kind: 'registry-token', token: 'r' })
    expect(await find('azure.io')).toEqual({ kind: 'identity-token', token: 'refresh' })
    expect(await find('empty.io')).toBeUndefined()
    expect(await find('other.io')).toBeUndefined()
  })

  it('prefers the file that was set expressly, then that of Podman, then that of Docker', async () => {
    const login = (user: string) => ({ auths: { 'quay.io': { auth: base64(`${user}:p`) } } })
    await put('.docker/config.json', login('docker'))
    expect(await find('quay.io')).toMatchObject({ username: 'docker' })
    await put('run/containers/auth.json', login('podman'))
    const podman = { XDG_RUNTIME_DIR: join(home, 'run') }
    expect(await find('quay.io', 'a', podman)).toMatchObject({ username: 'podman' })
    await put('set.json', login('set'))
    expect(await find('quay.io', 'a', { ...podman, REGISTRY_AUTH_FILE: join(home, 'set.json') })).toMatchObject({
      username: 'set',
    })
    await put('other/config.json', login('other'))
    expect(await find('quay.io', 'a', { DOCKER_CONFIG: join(home, 'other') })).toMatchObject({ username: 'other' })
  })

  it('prefers the login of the closest part of a registry', async () => {
    const auths = { 'quay.io': { auth: base64('all:p') }, 'quay.io/kairos': { auth: base64('kairos:p') } }
    await put('.docker/config.json', { auths })
    expect(await find('quay.io', 'kairos/ubuntu')).toMatchObject({ username: 'kairos' })
    expect(await find('quay.io', 'kairosx/ubuntu')).toMatchObject({ username: 'all' })
  })

  it("asks a registry's own helper, or else the common one, by the name that it knows the registry by", async () => {
    await helper('own', `read s; echo "{\\"Username\\":\\"own\\",\\"Secret\\":\\"$s\\"}"`)
    await helper('store', `read s; echo "{\\"Username\\":\\"store\\",\\"Secret\\":\\"$s\\"}"`)
    await put('.docker/config.json', {
      credsStore: 'store',
      credHelpers: { 'quay.io': 'own' },
      auths: { 'quay.io': {} },
    })
    expect(await find('quay.io')).toEqual({ kind: 'password', username: 'own', password: 'quay.io' })
    expect(await find('docker.io')).toMatchObject({ username: 'store', password: 'https://index.docker.io/v1/' })
  })

  it('takes the word of a helper that it has nothing', async () => {
    await helper('none', 'echo "credentials not found in native keychain"; exit 1')
    await put('.docker/config.json', { credsStore: 'none', auths: { 'quay.io': { auth: base64('file:p') } } })
    expect(await find('other.io')).toBeUndefined()
    expect(await find('quay.io')).toMatchObject({ username: 'file' })
  })

  it.each([
    ['fails', 'echo my-secret; exit 3', 'exit status 0 expected, 3 found'],
    ['answers nonsense', 'echo "my-secret {"', 'JSON with Username and Secret expected'],
    ['never stops', 'while :; do echo my-secret; done', 'more found'],
  ])('says that a helper %s, without what it printed', async (_, script, problem) => {
    await helper('bad', script)
    const error = await askCredentialHelper('bad', 'quay.io', { env: env() }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'registry/no-credentials', message: expect.stringContaining(problem) })
    expect(String((error as Error).stack)).not.toContain('my-secret')
  })

  it('does not wait for a helper for ever, can be cancelled, and starts nothing by a path', async () => {
    await helper('slow', 'exec sleep 60')
    const ask = (name: string, more = {}) => askCredentialHelper(name, 'quay.io', { env: env(), ...more })
    await expect(ask('slow', { timeoutMs: 20 })).rejects.toMatchObject({ code: 'registry/no-credentials' })
    await expect(ask('slow', { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ code: 'aborted' })
    await expect(ask('../slow')).rejects.toThrow('a path found')
    await expect(ask('missing')).rejects.toThrow('a program on the PATH expected')
  })

  it.each(['{"auths": {"quay.io": {"auth": "bXktc2VjcmV0"}}}', '{"auths": "my-secret"}', '{ my-secret'])(
    'names a file that it cannot read, without what is in it: %s',
    async (content) => {
      await put('.docker/config.json', content)
      const error = await find('quay.io').catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'registry/no-credentials', message: expect.stringContaining('config.json') })
      expect(String((error as Error).stack)).not.toMatch(/my-secret|bXktc2VjcmV0/)
    },
  )
})
