import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openImage, parseImageSource } from '../packages/netboot/src/sources/index.js'
import { createLayeredImage, type LayeredImage, readLayers, run } from './layered-image.js'
import { findProgram, requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

/** How each engine is started on files of its own, without touching the network or the images of this machine. */
const ENGINES = [
  {
    program: 'podman',
    arguments: (at: string, socket: string) => [
      ...['--root', join(at, 'root'), '--runroot', join(at, 'run'), '--storage-driver', 'vfs'],
      ...['system', 'service', '--time', '0', `unix://${socket}`],
    ],
  },
  {
    program: 'dockerd',
    arguments: (at: string, socket: string) => [
      ...['--data-root', join(at, 'root'), '--exec-root', join(at, 'run'), '--pidfile', join(at, 'pid')],
      ...[
        '--storage-driver',
        'vfs',
        '--bridge',
        'none',
        '--iptables=false',
        '--ip6tables=false',
        '-H',
        `unix://${socket}`,
      ],
    ],
  },
]

const isMissing = requirement(['root', 'podman', 'dockerd', 'skopeo', 'umoci', 'tar'])

describe.skipIf(isMissing).each(ENGINES)('docker:// with $program', (engine) => {
  let temporary: Awaited<ReturnType<typeof temporaryDirectory>>
  let made: LayeredImage
  let daemon: ChildProcess
  let log = ''
  let socket: string

  const open = (image: string, architecture?: string) =>
    openImage(parseImageSource(image), {
      stateDir: join(temporary.path, 'state'),
      architecture,
      engines: [{ name: socket, target: { kind: 'socket', path: socket } }],
    })

  beforeAll(async () => {
    temporary = await temporaryDirectory()
    socket = join(temporary.path, 'engine.sock')
    const at = join(temporary.path, 'engine')
    daemon = spawn(findProgram(engine.program) ?? engine.program, engine.arguments(at, socket), {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [daemon.stdout, daemon.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        log += chunk
      })
    }
    made = await createLayeredImage(temporary.path)
    const archive = join(temporary.path, 'image.tar')
    await run(
      'skopeo',
      'copy',
      '-q',
      `oci:${made.layout}:v1-amd64`,
      `docker-archive:${archive}:localhost/kairos/test:v1`,
    )
    await answering(socket, daemon, () => log)
    await load(socket, archive)
  })
  afterAll(async () => {
    if (daemon?.exitCode === null) {
      const ended = once(daemon, 'close')
      daemon.kill('SIGTERM')
      await ended
    }
    await temporary?.remove()
  })

  it('gives the layers of an image as they were made, and leaves no file behind', async () => {
    {
      await using image = await open('docker://localhost/kairos/test:v1')
      expect(await readLayers(image)).toEqual(made.layers)
      expect(image.labels.get('for')).toBe('amd64')
    }
    expect(await readdir(join(temporary.path, 'state/cache/unpacking'))).toEqual([])
  })

  it('says that there is no such image, and which is near', async () => {
    await expect(open('docker://localhost/kairos/tset:v1')).rejects.toMatchObject({
      code: 'image/not-found',
      hint: expect.stringContaining('did you mean localhost/kairos/test:v1?'),
    })
  })

  it('says for which architecture an image is', async () => {
    await expect(open('docker://localhost/kairos/test:v1', 'arm64')).rejects.toMatchObject({
      code: 'image/no-architecture',
    })
  })
})

/** Waits until the engine answers. */
async function answering(socket: string, daemon: ChildProcess, log: () => string): Promise<void> {
  for (;;) {
    if (daemon.exitCode !== null) throw new Error(`The engine ended:\n${log()}`)
    const exists = await stat(socket).catch(() => undefined)
    if (exists && (await ask(socket, 'GET', '/_ping').catch(() => 0)) === 200) return
    await setTimeout(50)
  }
}

/** Gives the engine an image as `docker load` does. */
async function load(socket: string, archive: string): Promise<void> {
  const status = await ask(socket, 'POST', '/images/load', archive)
  if (status !== 200) throw new Error(`The engine answered ${status} to an image.`)
}

function ask(socketPath: string, method: string, path: string, archive?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'engine', 'content-type': 'application/x-tar' }
    const sent = request({ socketPath, method, path, headers, agent: false })
    sent.on('error', reject)
    sent.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)))
    if (archive === undefined) sent.end()
    else pipeline(createReadStream(archive), sent).catch(reject)
  })
}
