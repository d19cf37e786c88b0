import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderQrPng } from '@kairos-sdk/edgevpn/qr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memorySource } from '../packages/netboot/src/bytes/memory-source.js'
import { writeOciLayout } from '../packages/netboot/src/sources/archive/testing/write-oci-layout.js'
import { createNetwork, type Host } from './namespaces.js'
import { requirement } from './requirements.js'
import { runProgram } from './run-program.js'
import { RELEASE, RELEASE_NAME, smallReleaseIso } from './small-release.js'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'examples-'))
})
afterAll(() => rm(directory, { recursive: true }))

const lan = (address: number) => ({ interfaces: { lan: `10.77.0.${address}/24` } })

describe.skipIf(requirement(['ip', 'root']))('the examples run as they stand', () => {
  it.each(['token', 'picture'])('register.ts sends a config to receive.ts, by %s', async (how) => {
    await using network = createNetwork({ node: lan(1), me: lan(2) })
    const config = join(directory, 'config.yaml')
    const received = join(directory, `received-by-${how}.yaml`)
    await writeFile(config, '#cloud-config\nusers: []\n')
    const receiving = network.hosts.node.node('examples/receive.ts', [received])
    const [, token = ''] = await receiving.line(/^(b3Rw[\w+/=]+)$/)
    const picture = join(directory, 'code.png')
    await writeFile(picture, await renderQrPng(token))
    const registering = network.hosts.me.node('examples/register.ts', [config, how === 'token' ? token : picture])
    expect(await registering.exit, registering.stderr).toBe(0)
    expect(registering.stdout).toMatch(/has its config after \d+ ms/)
    expect(await receiving.exit, receiving.stderr).toBe(0)
    expect(await readFile(received, 'utf8')).toBe(
      '#cloud-config\nusers: []\ninstall:\n  device: /dev/sda\n  reboot: true\n',
    )
  })

  it('register.ts says by code and in words what is wrong', async () => {
    await using network = createNetwork({ me: lan(2) })
    const registering = network.hosts.me.node('examples/register.ts', ['config.yaml', 'no-token!'])
    expect(await registering.exit).toBe(1)
    expect(registering.stderr).toContain('token/not-base64')
  })

  it('the demo shows a machine being registered', async () => {
    await using network = createNetwork({ me: lan(1) })
    const demo = network.hosts.me.node('scripts/demo.ts', [])
    expect(await demo.exit, demo.stderr).toBe(0)
    expect(demo.stdout).toContain(
      'install:\n  device: /dev/sda\n  reboot: true\n  auto: true        # no questions asked\n',
    )
  })
})

describe.skipIf(requirement(['ip', 'root', '/usr/lib/ipxe/undionly.kpxe']))('the examples of network boot', () => {
  const path = (name: string) => join(directory, name)
  // Without a route there is no way for a broadcast to all.
  const machine = { ...lan(2), routes: { '255.255.255.255/32': 'dev lan' } }
  const askAs = async (host: Host, mac: string) => {
    const client = host.run(process.execPath, ['--import', 'tsx', 'e2e/peers/pxe-client.ts', mac])
    expect(await client.exit, client.stderr).toBe(0)
    return client.stdout
  }
  beforeAll(async () => {
    const kernel = Buffer.alloc(4096)
    kernel.write('HdrS', 0x202)
    await writeFile(path('kernel'), kernel)
    await writeFile(path('initrd'), 'initrd')
    await writeFile(path('rootfs'), 'rootfs')
  })

  it('netboot.ts boots a machine and tells how far it is', async () => {
    await using network = createNetwork({ us: lan(1), machine })
    await writeFile(path('netboot.yaml'), '#cloud-config\nhostname: anybody\n')
    const files = ['kernel', 'initrd', 'rootfs', 'netboot.yaml'].map(path)
    const server = network.hosts.us.node('examples/netboot.ts', [...files, 'lan'])
    await server.line(/Waiting for machines on 10\.77\.0\.1, port 8090/)
    expect(await askAs(network.hosts.machine, '08:00:27:54:1a:d1')).toContain('hostname: anybody')
    await server.line(/sent +08:00:27:54:1a:d1: other-0, 6 bytes/)
    server.kill('SIGINT')
    expect(await server.exit, server.stderr).toBe(0)
  })

  it('per-machine-config.ts gives machines of a list their own config, and others nothing', async () => {
    await using network = createNetwork({ us: lan(1), machine })
    await writeFile(path('machines.json'), '{ "08:00:27:54:1a:d1": "node-1", "08:00:27:54:1a:d2": "node-2" }')
    const files = ['machines.json', 'kernel', 'initrd', 'rootfs'].map(path)
    const server = network.hosts.us.node('examples/per-machine-config.ts', [...files, 'lan'])
    await server.line(/Waiting for 2 machines/)
    expect(await askAs(network.hosts.machine, '08:00:27:54:1a:d1')).toContain('hostname: "node-1"')
    expect(await askAs(network.hosts.machine, '08:00:27:54:1a:d2')).toContain('hostname: "node-2"')
    expect(await askAs(network.hosts.machine, '08:00:27:54:1a:d3')).toBe('no offer\n')
    server.kill('SIGINT')
    expect(await server.exit, server.stderr).toBe(0)
  })
})

const PROVISIONING_NEEDS = ['ip', 'root', '/usr/lib/ipxe/undionly.kpxe', 'python3', 'curl']

describe.skipIf(requirement(PROVISIONING_NEEDS))('the example of provisioning', () => {
  it('provision.ts goes from a release to images and machines, each with its own config', async () => {
    const at = (name: string) => join(directory, name)
    const release = `kairos-io/kairos/releases/download/${RELEASE}`
    const iso = await smallReleaseIso()
    await mkdir(at(`releases/${release}`), { recursive: true })
    await writeFile(at(`releases/${release}/${RELEASE_NAME}.iso`), iso)
    await writeFile(at('cloud-config.yaml'), '#cloud-config\nhostname: "[[ .name ]]"\n')
    await writeFile(at('machines.csv'), 'mac,name\n08:00:27:54:1a:d1,node-1\n08:00:27:54:1a:d2,node-2\n')
    const configuration = {
      ...{
        release_version: RELEASE,
        flavor: 'ubuntu',
        flavor_release: '24.04',
        state_dir: at('state'),
        name: 'anybody',
      },
      ...{ cloud_config: at('cloud-config.yaml'), machines: at('machines.csv') },
      release_server: 'http://10.77.0.3:8000',
    }
    const { name, ...keys } = configuration
    await writeFile(at('auroraboot.yaml'), JSON.stringify(keys))
    const machine = { ...lan(2), routes: { '255.255.255.255/32': 'dev lan' } }
    await using network = createNetwork({ us: lan(1), machine, mirror: lan(3) })
    const mirror = network.hosts.mirror.run('python3', ['-u', '-m', 'http.server', '-d', at('releases'), '8000'])
    await mirror.line(/Serving HTTP/)
    const run = network.hosts.us.node('examples/provision.ts', [at('auroraboot.yaml'), `name=${name}`])
    await run.line(/Waiting for machines on 10\.77\.0\.1/)
    const ask = network.hosts.machine
    for (const [mac, hostname] of [
      ['08:00:27:54:1a:d1', 'node-1'],
      ['08:00:27:54:1a:d3', 'anybody'],
    ] as const) {
      const client = ask.run(process.execPath, ['--import', 'tsx', 'e2e/peers/pxe-client.ts', mac])
      expect(await client.exit, client.stderr).toBe(0)
      expect(client.stdout).toContain(`hostname: "${hostname}"`)
    }
    const image = ask.run('curl', ['-sf', '-o', at('node-2.iso'), 'http://10.77.0.1:8080/machines/node-2.iso'])
    expect(await image.exit, image.stderr).toBe(0)
    expect((await readFile(at('node-2.iso'))).includes('hostname: "node-2"')).toBe(true)
    await run.line(/sent +machines\/node-2\.iso to 10\.77\.0\.2/)
    run.kill('SIGINT')
    expect(await run.exit, run.stderr).toBe(0)
    expect(run.stdout).toContain('08:00:27:54:1a:d1 came to: config')
    mirror.kill('SIGTERM')
    await mirror.exit
  })
})

describe('the example of images', () => {
  it('image-to-squashfs.ts makes boot artifacts of a container image, or says what is missing', async () => {
    const at = (name: string) => join(directory, name)
    const file = (path: string) => ({ type: 'file', path, source: memorySource(path, path) }) as const
    await writeOciLayout(at('layout'), [[file('/boot/vmlinuz')], [file('/boot/initrd')]])
    await writeOciLayout(at('no-kernel'), [[file('/etc/passwd')]])
    const example = (layout: string) => {
      const args = ['examples/image-to-squashfs.ts', `oci:${at(layout)}`, at('image')]
      // Where its cache is.
      return runProgram('env', [`TMPDIR=${directory}`, process.execPath, ...args])
    }
    const { code, output } = await example('layout')
    expect(code, output).toBe(0)
    expect(output).toMatch(/is sha256:[0-9a-f]{64}\/amd64\n.*For amd64 machines/s)
    expect(await readFile(at('image-kernel'), 'utf8')).toBe('/boot/vmlinuz')
    expect(await readFile(at('image-initrd'), 'utf8')).toBe('/boot/initrd')
    expect((await readFile(at('image.squashfs'))).toString('latin1', 0, 4)).toBe('hsqs')
    const without = await example('no-kernel')
    expect([without.code, without.output]).toEqual([1, expect.stringContaining('artifacts/not-found')])
  })
})
