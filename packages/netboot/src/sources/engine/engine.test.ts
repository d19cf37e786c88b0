import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { digestOf } from '../image/digest.js'
import { engineAddresses } from './engine-address.js'
import { connectionError, createEngineClient } from './engine-client.js'
import { startFakeEngine } from './fake-engine.js'
import { openEngineImage } from './open-engine-image.js'

const layer = Buffer.from('a layer')
const names = (env: Record<string, string>, platform: NodeJS.Platform = 'linux') =>
  engineAddresses(env, '/home/u', platform).map(({ name }) => name)

describe('engineAddresses', () => {
  it('looks where Docker and Podman listen', () => {
    expect(names({ XDG_RUNTIME_DIR: '/run/user/1' })).toEqual([
      '/var/run/docker.sock',
      '/home/u/.docker/run/docker.sock',
      '/run/user/1/docker.sock',
      '/run/user/1/podman/podman.sock',
      '/run/podman/podman.sock',
    ])
    expect(names({}, 'win32')[0]).toBe('//./pipe/docker_engine')
  })

  it('looks only where the environment says', () => {
    expect(names({ DOCKER_HOST: 'unix:///a/b.sock', CONTAINER_HOST: 'unix:///c' })).toEqual(['/a/b.sock'])
    expect(names({ CONTAINER_HOST: 'unix:///c' })).toEqual(['/c'])
    expect(names({ DOCKER_HOST: 'npipe:////./pipe/docker_engine' })).toEqual(['//./pipe/docker_engine'])
    expect(names({ DOCKER_HOST: 'tcp://10.0.0.1' })).toEqual(['tcp://10.0.0.1:2375'])
    expect(
      engineAddresses({ DOCKER_HOST: 'tcp://h:1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' })[0]?.target,
    ).toEqual({
      kind: 'tcp',
      hostname: 'h',
      port: 1,
      certificates: '/c',
    })
    expect(() => names({ DOCKER_HOST: 'ssh://h' })).toThrow('ssh:// found')
    expect(() => names({ DOCKER_HOST: '/a' })).toThrow('DOCKER_HOST: unix://PATH')
  })
})

describe('openEngineImage', () => {
  let directory: string
  let archive: Uint8Array
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kairos-engine-'))
    const root = join(directory, 'in')
    await mkdir(root)
    const config = { architecture: 'amd64', rootfs: { diff_ids: [digestOf(layer)] } }
    await writeFile(join(root, 'c.json'), JSON.stringify(config))
    await writeFile(join(root, 'layer.tar'), layer)
    await writeFile(
      join(root, 'manifest.json'),
      JSON.stringify([{ Config: 'c.json', RepoTags: ['kairos:1'], Layers: ['layer.tar'] }]),
    )
    execFileSync('tar', ['-C', root, '-cf', join(directory, 'a.tar'), '.'])
    archive = await readFile(join(directory, 'a.tar'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  const start = (name: string, images = {}, instead?: Parameters<typeof startFakeEngine>[2]) =>
    startFakeEngine(join(directory, name), images, instead)
  const inspect = { Architecture: 'amd64', Os: 'linux', Size: 7 }
  const open = (image: string, addresses: Awaited<ReturnType<typeof start>>['address'][], architecture?: string) =>
    openEngineImage(image, {
      name: `docker://${image}`,
      architecture: architecture === undefined ? undefined : { architecture },
      temporaryDirectory: join(directory, 'temporary'),
      addresses,
    })

  it('reads an image of the first engine that has it, through a file that goes away again', async () => {
    await using empty = await start('empty.sock')
    await using engine = await start('engine.sock', { 'local/kairos:1': { inspect, archive } })
    const missing = { name: 'missing', target: { kind: 'socket', path: join(directory, 'missing') } } as const
    {
      await using image = await open('local/kairos:1', [missing, empty.address, engine.address])
      const parts: Uint8Array[] = []
      for await (const part of image.layers[0]?.open() ?? []) parts.push(part)
      expect(Buffer.concat(parts).toString()).toBe('a layer')
      expect(await readdir(join(directory, 'temporary'))).toHaveLength(1)
    }
    expect(await readdir(join(directory, 'temporary'))).toEqual([])
  })

  it('says where it looked when there is no engine', async () => {
    const addresses = ['/nowhere/a.sock', '/nowhere/b.sock'].map(
      (path) => ({ name: path, target: { kind: 'socket', path } }) as const,
    )
    await expect(open('kairos:1', addresses)).rejects.toMatchObject({
      code: 'engine/not-running',
      message: expect.stringContaining('/nowhere/a.sock, /nowhere/b.sock'),
      hint: expect.stringContaining('DOCKER_HOST'),
    })
  })

  it('says how to get an image that there is not, and what it may have been', async () => {
    await using engine = await start('engine.sock', { 'kairos/ubuntu:24.04': { inspect }, 'debian:12': { inspect } })
    await expect(open('kairos/ubunut:24.04', [engine.address])).rejects.toMatchObject({
      code: 'image/not-found',
      hint: expect.stringMatching(/docker pull kairos\/ubunut:24\.04.*did you mean kairos\/ubuntu:24\.04\?/),
    })
  })

  it('notices another architecture before it reads the image', async () => {
    await using engine = await start('engine.sock', { 'kairos:1': { inspect, archive } })
    await expect(open('kairos:1', [engine.address], 'arm64')).rejects.toMatchObject({
      code: 'image/no-architecture',
      hint: expect.stringContaining('docker pull --platform linux/arm64 kairos:1'),
    })
    expect(engine.asked).toEqual(['/images/kairos:1/json'])
  })

  it('repeats what an engine says of its own trouble, and leaves nothing behind', async () => {
    await using engine = await start('engine.sock', { 'kairos:1': { inspect } })
    await expect(open('kairos:1', [engine.address])).rejects.toMatchObject({
      code: 'engine/failed',
      message: expect.stringContaining('no such file or directory'),
    })
    expect(await readdir(join(directory, 'temporary'))).toEqual([])
  })

  it('notices a stream that is cut, and a server that is no engine', async () => {
    await using cut = await start('cut.sock', {}, (incoming, outgoing) => {
      if (incoming.url?.endsWith('/json')) outgoing.end(JSON.stringify({ Id: 'x' }))
      else outgoing.write(archive.subarray(0, 700), () => outgoing.destroy())
    })
    await expect(open('kairos:1', [cut.address])).rejects.toMatchObject({
      code: expect.stringMatching(/^(engine|input)\//),
    })
    await using other = await start('other.sock', {}, (_, outgoing) => void outgoing.end('<html>'))
    await expect(open('kairos:1', [other.address])).rejects.toThrow('an answer of the Docker API expected')
  })

  it('says who may use a socket that we may not', async () => {
    const refused = Object.assign(new Error('connect EACCES'), { code: 'EACCES' })
    const address = (name: string) => ({ name, target: { kind: 'socket', path: name } }) as const
    const docker = connectionError(refused, address('/var/run/docker.sock'), 'Cannot ask')
    expect(docker).toMatchObject({ code: 'engine/not-permitted', hint: expect.stringContaining('group docker') })
    const podman = connectionError(refused, address('/run/podman/podman.sock'), 'Cannot ask')
    expect(podman.hint).toContain('systemctl --user start podman.socket')
  })

  it('stops when it is cancelled', async () => {
    await using engine = await start('engine.sock', { 'kairos:1': { inspect, archive } })
    const client = createEngineClient(engine.address, AbortSignal.abort())
    await expect(client.inspect('kairos:1')).rejects.toMatchObject({ code: 'aborted' })
  })
})
