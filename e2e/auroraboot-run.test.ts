import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { memorySource, readFully } from '@kairos-sdk/netboot'
import { authorIso } from '@kairos-sdk/netboot/iso'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auroraboot, aurorabootSucceeds, startAuroraboot } from './auroraboot-bin.js'
import { BOOT_SYSTEM_NEEDS, bootSystem, CONFIG_BEGINS, CONFIG_ENDS } from './boot-medium.js'
import { biosWithIpxe, bootDiskless } from './diskless-machine.js'
import { startDnsmasq } from './dnsmasq.js'
import { createNetwork, type HostPlan } from './namespaces.js'
import { QEMU } from './qemu.js'
import { type ReleaseServer, startReleaseServer } from './release-server.js'
import { requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

const KAIROSCTL = fileURLToPath(new URL('../packages/cli/bin/kairosctl.js', import.meta.url))
const REPOSITORY = 'kairos-io/kairos'
const RELEASE = 'v3.7.2'
const NAME = `kairos-ubuntu-24.04-core-amd64-generic-${RELEASE}`
const TEMPLATE = '#cloud-config\nhostname: node\nusers:\n- name: kairos\n  passwd: "[[ .kairos.password ]]"\n'
const CONFIG = TEMPLATE.replace('[[ .kairos.password ]]', 'foobar,baz')

/** The event of a download that has brought something of the ISO. */
const HAS_SOME = /"phase":"downloading",.*\.iso","done":[1-9]/

const sha256 = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex')

async function releaseIso(kernel: Uint8Array, initrd: Uint8Array): Promise<Buffer> {
  const files = { '/boot/kernel': kernel, '/boot/initrd': initrd, '/rootfs.squashfs': Buffer.alloc(5_000_000, 'hsqs') }
  const entries = Object.entries(files).map(([path, content]) => {
    return { path, type: 'file', source: memorySource(path, content) } as const
  })
  const image = await authorIso({ volumeLabel: 'COS_LIVE', entries })
  return Buffer.from(await readFully(image, 0, image.size))
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
const at = (...names: string[]) => join(directory.path, ...names)

describe('the built auroraboot with a configuration', () => {
  let server: ReleaseServer
  let files: Server
  let iso: Buffer

  beforeAll(async () => {
    directory = await temporaryDirectory()
    server = await startReleaseServer()
    const kernel = Buffer.alloc(4096)
    kernel.write('HdrS', 0x202)
    iso = await releaseIso(kernel, Buffer.from('initrd'))
    server.publish({ repository: REPOSITORY, release: RELEASE, name: `${NAME}.iso`, content: iso })
    await writeFile(at('template.yaml'), TEMPLATE)
    const keys = [`release_version: ${RELEASE}`, 'flavor: ubuntu', 'flavor_release: "24.04"']
    const off = ['disable_netboot: true', 'disable_http_server: true']
    await writeFile(at('aurora.yaml'), [...keys, ...off, `release_server: ${server.url}`, ''].join('\n'))
    await writeFile(at('wrong.yaml'), 'flavour: ubuntu\n')
    await writeFile(at('machines.csv'), 'mac,name,kairos.password\n08:00:27:54:1a:d1,node-1,s3cret\n')
    files = createServer(async (request, response) => response.end(await readFile(at(request.url?.slice(1) ?? ''))))
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    files.close()
    await server.stop()
    await directory.remove()
  })

  const url = (name: string) => `http://127.0.0.1:${(files.address() as AddressInfo).port}/${name}`
  const release = () => [
    ...['--set', `artifact_version=${RELEASE}`, '--set', `release_version=${RELEASE}`, '--set', 'flavor=ubuntu'],
    ...['--set', 'flavor_release=24.04', '--set', `repository=${REPOSITORY}`, '--release-server', server.url],
  ]
  const offline = ['--set', 'disable_netboot=true', '--set', 'disable_http_server=true']
  const templated = ['--cloud-config', 'template.yaml', '--set', 'kairos.password=foobar,baz']

  /** What a run has left in its state directory. */
  async function resultsIn(state: string) {
    const names = (await readdir(at(state, 'iso'))).sort()
    const sums = await Promise.all(names.map(async (name) => [name, sha256(await readFile(at(state, 'iso', name)))]))
    return Object.fromEntries(sums)
  }

  it('makes the files of the manual, prints their checksums, and makes nothing twice', async () => {
    const args = [...release(), ...offline, ...templated, '--set', 'state_dir=build']
    const out = await aurorabootSucceeds(directory.path, ...args)
    const made = await resultsIn('build')
    expect(Object.keys(made)).toEqual([
      ...['config.yaml', 'kairos.iso', 'kairos.iso.custom.iso', 'kairos.iso.custom.iso.sha256', 'kairos.iso.sha256'],
    ])
    expect(made['kairos.iso']).toBe(sha256(iso))
    expect(out).toContain(`${sha256(iso)}  ${at('build/iso/kairos.iso')}\n`)
    expect(out).toContain(`${made['kairos.iso.custom.iso']}  ${at('build/iso/kairos.iso.custom.iso')}\n`)
    expect(await readFile(at('build/iso/config.yaml'), 'utf8')).toBe(CONFIG)
    expect(
      await aurorabootSucceeds(directory.path, 'iso', 'cat', 'build/iso/kairos.iso.custom.iso', '/config.yaml'),
    ).toBe(CONFIG)
    const again = await auroraboot(directory.path, ...args)
    expect([again.code, again.out]).toEqual([0, out])
    expect(again.err).toMatch(/^✔ .*: there already/m)
    expect(await resultsIn('build')).toEqual(made)
  })

  it('is the same with a file, a URL, its name, standard input, and by kairosctl', async () => {
    const made = await resultsIn('build')
    const password = ['--set', 'kairos.password=foobar,baz']
    for (const [index, args] of [
      ['aurora.yaml', '--cloud-config', 'template.yaml'],
      ['run', 'aurora.yaml', '--cloud-config', url('template.yaml')],
      [url('aurora.yaml'), '--cloud-config', 'template.yaml'],
      ['--json', 'aurora.yaml', '--cloud-config', 'template.yaml'],
    ].entries()) {
      await aurorabootSucceeds(directory.path, ...args, ...password, '--set', `state_dir=same-${index}`)
      expect(await resultsIn(`same-${index}`)).toEqual(made)
    }
    const args = [
      KAIROSCTL,
      'auroraboot',
      'aurora.yaml',
      '--cloud-config',
      '-',
      ...password,
      '--set',
      'state_dir=stdin',
    ]
    const child = spawn(process.execPath, args, { cwd: directory.path, stdio: ['pipe', 'ignore', 'ignore'] })
    child.stdin.end(TEMPLATE)
    await once(child, 'close')
    expect(child.exitCode).toBe(0)
    expect(await resultsIn('stdin')).toEqual(made)
  })

  it('shows with --dry-run what it would do, without doing it and without secrets', async () => {
    const requests = server.requests.length
    const args = [...release(), ...templated, '--set', 'state_dir=dry', '--dry-run']
    const out = await aurorabootSucceeds(directory.path, ...args)
    expect(out).toContain(`downloads  ${server.url}/${REPOSITORY}/releases/download/${RELEASE}/${NAME}.iso`)
    for (const name of ['kairos.iso', 'kairos.iso.custom.iso', 'config.yaml']) {
      expect(out).toContain(`  writes     ${at('dry/iso', name)}\n`)
    }
    expect(out).toContain('  serves     http://*:8080/kairos.iso.custom.iso\n')
    expect(out).toContain('  serves     udp port 67: proxyDHCP\n')
    expect(out).not.toContain('foobar')
    expect(server.requests.length).toBe(requests)
    expect(await readdir(directory.path)).not.toContain('dry')
  })

  describe('serving', () => {
    const serving = (state: string) => [
      ...[...release(), ...templated, '--set', 'disable_netboot=true', '--set', 'listen_addr=127.0.0.1:0'],
      ...['--set', `state_dir=${state}`],
    ]

    it.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGINT'] as const)(
      'offers the ISO files and those of machines to everybody, tells programs, and stops at %s',
      async (signal) => {
        const args = [...serving('build'), '--machines', 'machines.csv', '--json']
        const child = startAuroraboot(directory.path, args)
        const told: Record<string, unknown>[] = []
        let rest = ''
        for await (const text of child.stdout.setEncoding('utf8')) {
          const lines = `${rest}${text}`.split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) {
            const event = JSON.parse(line)
            told.push(event)
            if (event.event === 'ready') await visit(event.isoServer.urls[0])
            if (event.event === 'iso-sent' && event.name === 'kairos.iso') child.kill(signal)
          }
        }
        if (child.exitCode === null) await once(child, 'close')
        expect(child.exitCode).toBe(0)
        expect(told.map(({ event }) => event)).toEqual(expect.arrayContaining(['started', 'succeeded', 'ready']))
        expect(told.find(({ event, name }) => event === 'iso-sent' && name === 'kairos.iso')).toMatchObject({
          ...{ status: 206, offset: 32_768, bytes: 6, size: iso.length },
        })
        expect(told.at(-1)).toMatchObject({ event: 'result', system: NAME, files: expect.any(Array) })
        expect(JSON.stringify(told)).not.toMatch(/foobar|s3cret/)
      },
    )

    async function visit(base: string): Promise<void> {
      const get = (path: string, headers: Record<string, string> = {}) => fetch(`${base}${path}`, { headers })
      expect(await (await get('/')).text()).toContain('kairos.iso.custom.iso')
      expect((await get('/readyz')).status).toBe(200)
      expect((await get('/config.yaml')).status).toBe(404)
      const own = await get('/machines/node-1.iso')
      expect(own.status).toBe(200)
      expect(Buffer.from(await own.arrayBuffer()).includes('passwd: "s3cret"')).toBe(true)
      const part = await get('/kairos.iso', { range: 'bytes=32768-32773' })
      expect([part.status, await part.text()]).toEqual([206, '\u0001CD001'])
    }

    it('says in a pipe what it does, where the files are, and who fetched one', async () => {
      const child = startAuroraboot(directory.path, serving('build'))
      child.stdout.resume()
      let said = ''
      let url: string | undefined
      for await (const text of child.stderr.setEncoding('utf8')) {
        said += text
        const found = /Offering the ISO files at (http:\S+\/)\. Ctrl-C stops it/.exec(said)?.[1]
        if (found && !url) {
          url = found
          await fetch(`${url}kairos.iso`).then((response) => response.arrayBuffer())
        }
        if (text.includes('HTTP: Sent file')) child.kill('SIGINT')
      }
      if (child.exitCode === null) await once(child, 'close')
      expect(child.exitCode).toBe(0)
      expect(said).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d HTTP: Sent file "kairos.iso" to 127\.0\.0\.1:\d+$/m)
    })

    it.skipIf(process.platform === 'win32')(
      'leaves nothing half done when it is stopped, and goes on there',
      async () => {
        const child = startAuroraboot(directory.path, [...serving('stopped'), '--json'])
        const closed = once(child, 'close')
        child.stderr.resume()
        server.beforePiece = async (sent, path) => {
          if (path.endsWith('.iso') && sent >= 1_000_000) await closed
        }
        let said = ''
        for await (const text of child.stdout.setEncoding('utf8')) {
          const hadSome = HAS_SOME.test(said)
          said += text
          // A second signal would end it at once.
          if (!hadSome && HAS_SOME.test(said)) child.kill('SIGTERM')
        }
        await closed
        server.beforePiece = undefined
        expect(child.exitCode).toBe(143)
        expect(await readdir(at('stopped/iso'))).toEqual(['config.yaml'])
        server.requests.length = 0
        await aurorabootSucceeds(directory.path, ...serving('stopped'), '--set', 'disable_http_server=true')
        expect(await resultsIn('stopped')).toEqual(await resultsIn('build'))
        expect(server.requests.find(({ path }) => path.endsWith('.iso'))?.headers.range).toMatch(/^bytes=[1-9]\d*-$/)
      },
    )
  })

  it('says what is wrong before anything is done', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    await mkdir(at('a-directory'))
    const cases: [string[], number, RegExp][] = [
      [[], 2, /Usage: auroraboot \[config\] \[options\]/],
      [['wrong.yaml'], 2, /flavour.*Did you mean flavor\?/s],
      [['none.yaml'], 4, /none\.yaml: it does not exist/],
      [['nonsense'], 4, /neither a command nor a file/],
      [['a-directory'], 4, /it is a directory/],
      [['aurora.yaml', '--cloud-config', 'none.yaml'], 4, /none\.yaml: it does not exist/],
      [['aurora.yaml', '--cloud-config', 'wrong.yaml'], 3, /#cloud-config/],
      [['aurora.yaml', '--machines', 'none.csv'], 4, /none\.csv: it does not exist/],
      [['aurora.yaml', '--sett', 'a=b'], 2, /Did you mean --set\?/],
      [['dcotor'], 2, /Did you mean: auroraboot doctor/],
      [['--set', 'disable_netboot=maybe'], 2, /disable_netboot/],
      [['aurora.yaml', '--set', 'release_version=v9.9.9', '--set', 'state_dir=never'], 4, /v9\.9\.9/],
      [
        ['aurora.yaml', '--set', 'disable_http_server=false', '--set', `listen_addr=127.0.0.1:${port}`],
        ...([10, new RegExp(`TCP port ${port}.* in use`)] as const),
      ],
    ]
    for (const [args, code, message] of cases) {
      const run = await auroraboot(directory.path, ...args)
      expect([args, run.code, run.out, run.err]).toEqual([args, code, '', expect.stringMatching(message)])
    }
    taken.close()
  })
})

const SITE = '10.78.0.1'
const US = '10.78.0.2'
const MAC = '52:54:00:4b:61:71'
const BOOT_MS = 150_000
const on = (address: string): HostPlan => ({ interfaces: { lan: `${address}/24` } })

describe.skipIf(requirement(['ip', 'dnsmasq', 'root', ...BOOT_SYSTEM_NEEDS, QEMU, '/dev/net/tun']))(
  'auroraboot of a release',
  () => {
    beforeAll(async () => {
      directory = await temporaryDirectory()
      const { kernel, initrd } = bootSystem()
      const iso = await releaseIso(kernel, initrd)
      const place = at('mirror', REPOSITORY, 'releases/download', RELEASE)
      await mkdir(place, { recursive: true })
      await writeFile(join(place, `${NAME}.iso`), iso)
      await writeFile(join(place, `${NAME}.iso.sha256`), `${sha256(iso)}  ${NAME}.iso\n`)
      await writeFile(at('template.yaml'), TEMPLATE)
    })
    afterAll(() => directory.remove())

    it('boots a machine over the network, which fetches exactly the templated config', async () => {
      await using network = createNetwork({ site: on(SITE), us: on(US), machine: on('10.78.0.3') })
      const { site, us, machine } = network.hosts
      await startDnsmasq(site, { network: '10.78.0', leases: at('leases') })
      await site.node('e2e/peers/release-files.ts', [at('mirror'), '80']).line(/^ready$/)
      const server = us.node('packages/cli/bin/auroraboot.js', [
        ...['--set', `artifact_version=${RELEASE}`, '--set', `release_version=${RELEASE}`, '--set', 'flavor=ubuntu'],
        ...['--set', 'flavor_release=24.04', '--set', `repository=${REPOSITORY}`],
        ...['--release-server', `http://${SITE}`, '--cloud-config', at('template.yaml')],
        ...['--set', 'kairos.password=foobar,baz', '--set', `state_dir=${at('state')}`],
      ])
      await server.line(/Ctrl-C stops it/)
      const serial = await bootDiskless(machine, biosWithIpxe(MAC), { server, withinMs: BOOT_MS })
      expect(serial).toContain(`${CONFIG_BEGINS}\n${CONFIG}${CONFIG_ENDS}\n`)
      expect(serial).toMatch(
        /e2e: cmdline .*root=live:http:\/\/10\.78\.0\.2:8090\/\S+ netboot install-mode config_url=/,
      )
      server.kill('SIGINT')
      expect(await server.exit).toBe(0)
      expect(server.stderr).toContain(`DHCP: Offering to boot ${MAC}`)
      for (const what of ['Sending ipxe boot script', 'Sent file "kernel"', 'Sent file "initrd-0"']) {
        expect(server.stderr).toContain(`HTTP: ${what} to 10.78.0.`)
      }
      expect(server.stderr).toContain('1 machine: 1 booted.')
      expect(server.stdout + server.stderr).not.toContain('foobar')
      expect(await readFile(at('state/iso/config.yaml'), 'utf8')).toBe(CONFIG)
    })
  },
)
