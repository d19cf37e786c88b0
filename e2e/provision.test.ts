import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chown, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import {
  type PlanOptions,
  type ProvisionEvent,
  planProvision,
  provision,
  readConfiguration,
} from '../packages/netboot/src/provision/index.js'
import { fakeNetwork } from '../packages/netboot/src/servers/fake-network.js'
import { writeOciLayout } from '../packages/netboot/src/sources/archive/testing/write-oci-layout.js'
import type { ReleaseServer } from './release-server.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { smallReleaseFiles, smallReleaseIso, startSmallReleaseServer } from './small-release.js'
import { temporaryDirectory } from './temporary.js'

const CONFIG = '#cloud-config\nhostname: "[[ .name ]]"\n'
const RENDERED = '#cloud-config\nhostname: "anybody"\n'
const RESULTS = [
  'config.yaml',
  'kairos.iso',
  'kairos.iso.custom.iso',
  'kairos.iso.custom.iso.sha256',
  'kairos.iso.sha256',
]
const OFFLINE = ['disable_netboot=true', 'disable_http_server=true']
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

let iso: Buffer
let server: ReleaseServer
let settings: string[]
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
const at = (...names: string[]) => join(directory.path, ...names)
beforeAll(async () => {
  iso = await smallReleaseIso()
})
beforeEach(async () => {
  ;({ server, settings } = await startSmallReleaseServer(iso))
  directory = await temporaryDirectory()
})
afterEach(async () => {
  await server.stop()
  await directory.remove()
})

/** Plans without a port of this machine, and network boot on a network in memory. */
async function planOf(set: readonly string[], options: PlanOptions = {}) {
  const text = JSON.stringify({
    cloud_config: CONFIG,
    state_dir: at('state'),
    listen_addr: '127.0.0.1:0',
    netboot_http_port: 0,
  })
  const netboot = {
    openSocket: fakeNetwork().host('10.0.0.1').openSocket,
    ownInterfaces: () => [{ name: 'eth0', address: '10.0.0.1', netmask: '255.255.255.0', internal: false }],
  }
  return planProvision(await readConfiguration({ text, set: ['name=anybody', ...set] }), { netboot, ...options })
}

async function start(set: readonly string[], options: PlanOptions = {}) {
  const events: ProvisionEvent[] = []
  const run = provision(await planOf(set, options), { onEvent: (event) => events.push(event), graceMs: 0 })
  const stepsThat = (wanted: (event: ProvisionEvent) => boolean) =>
    events.flatMap((event) => (event.of === 'step' && wanted(event) ? [event.event.step] : []))
  return { run, events, stepsThat }
}

/** Makes files and serves nothing. */
const make = async (...set: string[]) => {
  const { run, stepsThat } = await start([...settings, ...OFFLINE, ...set])
  const results = await run.done
  return { results, made: stepsThat(({ event }) => event.type === 'done' && 'reused' in event && !event.reused) }
}

async function onDisk(options: string, work: (state: string) => Promise<void>): Promise<void> {
  const disk = at('disk')
  await mkdir(disk)
  expect((await runProgram('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk])).code).toBe(0)
  try {
    await work(join(disk, 'state'))
  } finally {
    expect((await runProgram('umount', [disk])).code).toBe(0)
  }
}

/** The files of a directory with what is in them. */
async function filesOf(path: string): Promise<Record<string, string>> {
  const names = (await readdir(path)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, sha256(await readFile(join(path, name)))])),
  )
}

async function configOf(path: string): Promise<string> {
  const extracted = at('extracted.yaml')
  const { code, output } = await runProgram('xorriso', [
    ...['-osirrox', 'on', '-indev', path, '-extract', '/config.yaml', extracted],
  ])
  expect(code, output).toBe(0)
  const text = await readFile(extracted, 'utf8')
  await rm(extracted)
  return text
}

/** Kills runs at so many of their events, one after the other with one state directory, and looks at what there is. */
async function endsWithTheSameFiles(kills: number): Promise<void> {
  const child = (last: number, state: string) =>
    runProgram(process.execPath, [
      ...['e2e/peers/provision-and-die.ts', String(last), at(state)],
      ...[...settings, 'name=anybody'],
    ]).catch(() => undefined)
  const total = Number((await child(0, 'whole'))?.stdout)
  expect(total).toBeGreaterThan(10)
  const expected = await filesOf(at('whole/iso'))
  expect(Object.keys(expected)).toEqual(RESULTS)
  for (let last = 1; last < total; last += Math.ceil(total / kills)) {
    await child(last, 'killed')
    const names = await readdir(at('killed/iso')).catch((): string[] => [])
    for (const name of names.filter((found) => found.endsWith('.iso'))) {
      expect(sha256(await readFile(at('killed/iso', name)))).toBe(expected[name])
    }
    if (last % 2 === 0) await rm(at('killed/iso'), { recursive: true, force: true })
  }
  await child(0, 'killed')
  expect(await filesOf(at('killed/iso'))).toEqual(expected)
}

describe.skipIf(requirement(['xorriso']))('provisioning of a release', () => {
  it('leaves exactly the files of the manual, with checksums that are true, and secrets for their owner only', async () => {
    const { results } = await make()
    expect((await readdir(at('state/iso'))).sort()).toEqual(RESULTS)
    expect(await readFile(at('state/iso/kairos.iso'))).toEqual(iso)
    const custom = await readFile(at('state/iso/kairos.iso.custom.iso'))
    expect(await readFile(at('state/iso/kairos.iso.sha256'), 'utf8')).toBe(`${sha256(iso)} kairos.iso\n`)
    expect(await readFile(at('state/iso/kairos.iso.custom.iso.sha256'), 'utf8')).toBe(
      `${sha256(custom)} kairos.iso.custom.iso\n`,
    )
    expect(await readFile(at('state/iso/config.yaml'), 'utf8')).toBe(RENDERED)
    expect(await configOf(at('state/iso/kairos.iso.custom.iso'))).toBe(RENDERED)
    const modeOf = async (name: string) => ((await stat(at('state/iso', name))).mode & 0o777).toString(8)
    expect(await modeOf('.')).toBe('700')
    expect([await modeOf('config.yaml'), await modeOf('kairos.iso.custom.iso')]).toEqual(['600', '600'])
    expect(results.files.map(({ path }) => path)).toEqual(
      [...RESULTS.slice(0, 2), 'kairos.iso.sha256', ...RESULTS.slice(2, 4)].map((name) => at('state/iso', name)),
    )
    expect(results.files.map(({ secret }) => secret)).toEqual([true, false, false, true, false])
  })

  it('does nothing again the second time, also without the server, and gives another config only to what has it', async () => {
    await make()
    const files = await filesOf(at('state/iso'))
    server.requests.length = 0
    expect((await make()).made).toEqual(['state', 'cloud-config'])
    expect(server.requests.filter(({ path }) => !path.endsWith('.sha256'))).toEqual([])
    await server.stop()
    const offline = await make()
    expect(offline.made).toEqual(['state', 'cloud-config'])
    expect(offline.results.warnings).toContainEqual(expect.stringMatching(/server cannot be reached/))
    expect(await filesOf(at('state/iso'))).toEqual(files)
    expect((await make('name=other')).made).toEqual(['state', 'cloud-config', 'custom-iso', 'custom-checksum'])
    expect(await configOf(at('state/iso/kairos.iso.custom.iso'))).toContain('hostname: "other"')
  })

  it('fetches the ISO again when somebody has written to it, and never makes anything of what they wrote', async () => {
    await make()
    const files = await filesOf(at('state/iso'))
    const file = await open(at('state/iso/kairos.iso'), 'r+')
    await file.write('vandal', 1_000_000)
    await file.close()
    await make()
    expect(await filesOf(at('state/iso'))).toEqual(files)
  })

  it('leaves no cloud config of an earlier run beside an ISO that is to have none', async () => {
    await make()
    await make('cloud_config=', 'no_default_cloud_config=true')
    expect((await readdir(at('state/iso'))).sort()).toEqual(['kairos.iso', 'kairos.iso.sha256'])
  })

  it('puts the files of a directory into the custom ISO', async () => {
    await mkdir(at('overlay/extra'), { recursive: true })
    await writeFile(at('overlay/extra/file'), 'first')
    await writeFile(at('overlay/config.yaml'), 'less than the cloud config')
    const listed = async () => {
      const image = at('state/iso/kairos.iso.custom.iso')
      return (await runProgram('xorriso', ['-indev', image, '-find', '/extra', '-type', 'f', '-exec', 'lsdl'])).output
    }
    await make(`iso.overlay_iso=${at('overlay')}`)
    expect(await listed()).toContain("'/extra/file'")
    expect(await configOf(at('state/iso/kairos.iso.custom.iso'))).toBe(RENDERED)
    await writeFile(at('overlay/extra/file'), 'changed')
    expect((await make(`iso.overlay_iso=${at('overlay')}`)).made).toContain('custom-iso')
  })

  it('makes nothing of a download with a wrong checksum', async () => {
    const path = [...server.files.keys()].find((name) => name.endsWith('.iso.sha256')) ?? ''
    server.files.set(path, { content: Buffer.from(`${'0'.repeat(64)}  kairos.iso\n`) })
    await expect(make()).rejects.toMatchObject({ code: 'input/changed' })
    expect(await readdir(at('state/iso'))).toEqual(['config.yaml'])
    expect(await readdir(at('state/cache/sha256'))).toHaveLength(1)
  })

  it('ends with the same files wherever it is killed, and started again', async () => {
    await endsWithTheSameFiles(12)
  })

  it('lets two runs with one state directory take turns', async () => {
    const runs = await Promise.all([start([...settings, ...OFFLINE]), start([...settings, ...OFFLINE])])
    const results = await Promise.all(runs.map(({ run }) => run.done))
    expect(results[0]?.files).toEqual(results[1]?.files)
    const waited = runs.map(({ events }) =>
      events.some(({ of, event }) => of === 'step' && event.type === 'progress' && event.progress.phase === 'wait'),
    )
    // Of two that come at the same moment both may think so at first.
    expect(waited).toContain(true)
    expect((await readdir(at('state/iso'))).sort()).toEqual(RESULTS)
  })

  it('leaves nothing half when it is cancelled, and goes on where it was', async () => {
    const plan = await planOf([...settings, ...OFFLINE])
    const stop = new AbortController()
    const run = provision(plan, {
      signal: stop.signal,
      onEvent({ of, event }) {
        if (of === 'step' && event.type === 'progress' && (event.progress.done ?? 0) > 1_000_000) stop.abort()
      },
    })
    await expect(run.ready).rejects.toMatchObject({ code: 'aborted' })
    await expect(run.done).rejects.toMatchObject({ code: 'aborted' })
    expect(await readdir(at('state/iso'))).toEqual(['config.yaml'])
    server.requests.length = 0
    await make()
    const range = server.requests.find(({ path }) => path.endsWith('.iso'))?.headers.range
    expect(range).toMatch(/^bytes=[1-9]\d*-/)
  })
})

describe.skipIf(requirement(['mount', 'root']))('what a run says when it cannot write', () => {
  it.each([
    ['the download', 'size=2m'],
    ['the custom ISO', 'size=5m'],
  ])('that the disk is full, at %s', async (_, options) => {
    await onDisk(options, async (state) => {
      await expect(make(`state_dir=${state}`)).rejects.toMatchObject({ code: 'output/no-space' })
      const names = await readdir(join(state, 'iso'))
      expect(names.filter((name) => name.startsWith('.') || name.includes('custom'))).toEqual([])
    })
  })

  it('that the state directory is read-only', async () => {
    await onDisk('size=1m,ro', async (state) => {
      await expect(make(`state_dir=${state}`)).rejects.toMatchObject({
        code: 'output/not-writable',
        message: expect.stringContaining(state),
        hint: expect.stringContaining('state_dir'),
      })
      expect(server.requests).toEqual([])
    })
  })
})

describe.skipIf(requirement(['mount', 'root']))('a state directory of somebody else', () => {
  it.each([
    ['mounted, as into a container, is taken', (state: string) => dirname(state), []],
    ['below /tmp is told of', (state: string) => state, [expect.stringContaining('It belongs to user 65534')]],
  ])('%s', async (_, place, expected) => {
    await onDisk('size=64m,uid=65534,mode=755', async (state) => {
      await mkdir(state)
      await chown(state, 65_534, 65_534)
      const { results } = await make(`state_dir=${place(state)}`)
      expect(results.warnings.filter((warning) => warning.includes('belongs to user'))).toEqual(expected)
    })
  })
})

describe('the servers of a run', () => {
  const MACHINES = 'mac,name\n08:00:27:54:1a:d1,node 1\n08:00:27:54:1a:d2,node-2\n'
  const withMachines = async () => {
    await writeFile(at('machines.csv'), MACHINES)
    return [...settings, `machines=${at('machines.csv')}`]
  }

  it('say before anything is downloaded that a port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    try {
      for (const setting of [`listen_addr=127.0.0.1:${port}`, `netboot_http_port=${port}`]) {
        const { run } = await start([...settings, setting])
        await expect(run.done).rejects.toMatchObject({ code: 'network/address-in-use' })
      }
      expect(server.requests.filter(({ path }) => path.endsWith('.iso'))).toEqual([])
    } finally {
      taken.close()
    }
  })

  it('say before anything is downloaded that an interface is not there', async () => {
    const { run } = await start([...settings, 'netboot_listen_addr=192.0.2.1'])
    await expect(run.done).rejects.toMatchObject({ code: 'argument/invalid' })
    expect(server.requests.filter(({ path }) => path.endsWith('.iso'))).toEqual([])
  })

  it('offer the ISO files and their page, and nothing else', async () => {
    const { run } = await start(settings)
    const { isoServer, netboot } = await run.ready
    const [url] = isoServer?.urls ?? []
    const get = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
      const response = await fetch(`${url}${path}`, { headers, method })
      return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) }
    }
    expect((await get('/kairos.iso')).body.equals(iso)).toBe(true)
    const custom = await get('/kairos.iso.custom.iso')
    expect(custom.body.equals(await readFile(at('state/iso/kairos.iso.custom.iso')))).toBe(true)
    expect(`${(await get('/kairos.iso.sha256')).body}`).toBe(`${sha256(iso)} kairos.iso\n`)
    const part = await get('/kairos.iso', { range: 'bytes=1000-1999' })
    expect([part.status, part.body.equals(iso.subarray(1000, 2000))]).toEqual([206, true])
    const head = await get('/kairos.iso', {}, 'HEAD')
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(iso.length)])
    const etag = custom.headers.get('etag') ?? ''
    expect((await get('/kairos.iso.custom.iso', { 'if-none-match': etag })).status).toBe(304)
    const page = `${(await get('/')).body}`
    expect(page).toContain('href="/kairos.iso.custom.iso"')
    expect(page).toContain(sha256(custom.body))
    expect((await get('/healthz')).status).toBe(200)
    expect((await get('/readyz')).status).toBe(200)
    for (const path of [
      '/config.yaml',
      '/iso',
      '/iso/',
      '/machines/',
      '/../config.yaml',
      '/%2e%2e/config.yaml',
      '/cache/',
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 404])
    }
    expect(netboot?.httpPort).toBeGreaterThan(0)
    await run.stop()
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    await run.done
  })

  it('are alive but not ready, with an empty page, until everything is made', async () => {
    const hold = Promise.withResolvers<void>()
    server.beforePiece = async (_, path) => {
      if (path.endsWith('.iso')) await hold.promise
    }
    const { run, events } = await start([...settings, 'disable_netboot=true', 'listen_addr=127.0.0.1:18431'])
    const url = 'http://127.0.0.1:18431'
    await expect
      .poll(() => events.some(({ event }) => 'step' in event && event.step === 'download' && event.type === 'progress'))
      .toBe(true)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
    expect(await (await fetch(url)).text()).toContain('No image is ready yet')
    hold.resolve()
    await run.ready
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    await run.stop()
  })

  it('make up an image for each machine, the same as in a file, with a tag that stays', async () => {
    const set = await withMachines()
    const etags: (string | null)[] = []
    let served = Buffer.alloc(0)
    for (let round = 0; round < 2; round++) {
      const { run } = await start(set)
      const { isoServer } = await run.ready
      const url = `${isoServer?.urls[0]}/machines/node%201.iso`
      const response = await fetch(url)
      etags.push(response.headers.get('etag'))
      served = Buffer.from(await response.arrayBuffer())
      const range = await fetch(url, { headers: { range: 'bytes=32768-40959' } })
      expect(Buffer.from(await range.arrayBuffer()).equals(served.subarray(32_768, 40_960))).toBe(true)
      expect((await fetch(`${isoServer?.urls[0]}/machines/none.iso`)).status).toBe(404)
      await run.stop()
    }
    expect(etags[0]).toBe(etags[1])
    expect((await readdir(at('state/iso'))).sort()).toEqual(RESULTS)
    const { run } = await start([...set, ...OFFLINE])
    await run.done
    const names = ['node 1.iso', 'node 1.iso.sha256', 'node-2.iso', 'node-2.iso.sha256']
    expect((await readdir(at('state/iso/machines'))).sort()).toEqual(names)
    expect((await readFile(at('state/iso/machines/node 1.iso'))).equals(served)).toBe(true)
    expect(await configOf(at('state/iso/machines/node-2.iso'))).toContain('hostname: "node-2"')
  })
})

const GRUB = ['grub-mkimage', '/usr/lib/grub/i386-pc/boot_hybrid.img', '/usr/lib/grub/x86_64-efi/normal.mod']

describe.skipIf(requirement(['xorriso', ...GRUB]))('provisioning of an image', () => {
  const files = smallReleaseFiles()
  const file = (path: string, content: Uint8Array) =>
    ({ type: 'file', path, source: memorySource(path, content) }) as const
  beforeEach(async () => {
    const kernel = file('/boot/vmlinuz', files['/boot/kernel'])
    await writeOciLayout(at('layout'), [[kernel, file('/boot/initrd', files['/boot/initrd'])]])
    settings = [`container_image=oci:${at('layout')}`]
  })

  it('leaves the files of the manual; the second time it builds nothing', async () => {
    const first = await make()
    expect((await readdir(at('state/iso'))).sort()).toEqual(RESULTS)
    expect(await configOf(at('state/iso/kairos.iso.custom.iso'))).toBe(RENDERED)
    const { output } = await runProgram('xorriso', ['-indev', at('state/iso/kairos.iso'), '-find', '/config.yaml'])
    expect(output).toContain("Cannot find path '/config.yaml'")
    const made = await filesOf(at('state/iso'))
    const second = await make()
    expect(second.made).toEqual(['state', 'cloud-config'])
    expect(second.results.files).toEqual(first.results.files)
    expect(await filesOf(at('state/iso'))).toEqual(made)
  })

  it('ends with the same files wherever it is killed, and started again', async () => {
    await endsWithTheSameFiles(5)
  })

  it('builds again what another overlay, other arguments or another hand change', async () => {
    await mkdir(at('rootfs/etc'), { recursive: true })
    await writeFile(at('rootfs/etc/motd'), 'one')
    const set = [`iso.overlay_rootfs=${at('rootfs')}`, 'iso.extend-live-cmdline=e2e=1']
    expect((await make(...set)).made).toContain('iso')
    expect((await make(...set)).made).not.toContain('iso')
    await writeFile(at('rootfs/etc/motd'), 'two')
    expect((await make(...set)).made).toContain('iso')
    expect((await make(...set, 'iso.live_console=console=ttyS1')).made).toContain('iso')
    const expected = await filesOf(at('state/iso'))
    await writeFile(at('state/iso/kairos.iso'), 'vandal')
    await make(...set, 'iso.live_console=console=ttyS1')
    expect(await filesOf(at('state/iso'))).toEqual(expected)
  })

  it('boots machines without an ISO out of the root file system alone, which is packed once', async () => {
    const made: string[][] = []
    for (let round = 0; round < 2; round++) {
      const { run, stepsThat } = await start([...settings, 'disable_iso=true'])
      expect((await run.ready).files).toEqual([])
      made.push(stepsThat(({ event }) => event.type === 'done' && 'reused' in event && !event.reused))
      await run.stop()
    }
    expect(made[0]).toContain('netboot-files')
    expect(made[1]).not.toContain('netboot-files')
    expect(await readdir(at('state/iso'))).toEqual([])
    expect(await readdir(at('state/netboot'))).toEqual(['kairos.squashfs'])
  })
})
