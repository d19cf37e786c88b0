import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNetwork, type Host } from './namespaces.js'
import { findProgram, requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

const CONFIG = '#cloud-config\nhostname: from-the-network\n'
const MAC = '08:00:27:54:1a:d1'
const OTHER_MAC = '08:00:27:54:1a:d2'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
const at = (name: string) => join(directory.path, name)
beforeAll(async () => {
  directory = await temporaryDirectory()
  const kernel = Buffer.alloc(100_000)
  kernel.write('HdrS', 0x202, 'latin1')
  for (const [name, content] of Object.entries({ kernel, initrd: 'initrd', rootfs: 'rootfs', config: CONFIG })) {
    writeFileSync(at(name), content)
  }
})
afterAll(() => directory.remove())

/** Asks for a boot as iPXE does, and gives the config that it was led to, or `no offer`. */
async function askFrom(host: Host, mac = MAC): Promise<string> {
  const client = host.run(process.execPath, ['--import', 'tsx', 'e2e/peers/pxe-client.ts', mac])
  expect(await client.exit, client.stderr).toBe(0)
  return client.stdout.trim()
}

async function serve(host: Host, ...options: string[]) {
  const id = (name: string) => `{{ ID "${at(name)}" }}`
  const cmdline = `root=live:${id('rootfs')} config_url=${id('config')}`
  const files = [at('kernel'), at('initrd'), '--cmdline', cmdline]
  const server = host.node('packages/cli/bin/auroraboot.js', ['boot', ...files, ...options])
  await server.line(/Ctrl-C stops it/)
  return server
}

describe.skipIf(requirement(['ip', 'dnsmasq', 'root']))('a machine that asks', () => {
  it('behind a DHCP relay and its router is booted', async () => {
    await using network = createNetwork({
      us: { interfaces: { lan: '10.77.0.2/24' }, routes: { '10.77.1.0/24': 'via 10.77.0.1' } },
      router: { interfaces: { lan: '10.77.0.1/24', far: '10.77.1.1/24' }, forwards: true },
      machine: { interfaces: { far: '10.77.1.9/24' }, routes: { default: 'via 10.77.1.1' } },
    })
    const { us, router, machine } = network.hosts
    const relay = router.run(findProgram('dnsmasq') ?? 'dnsmasq', [
      ...['--no-daemon', '--conf-file=/dev/null', '--port=0', '--dhcp-relay=10.77.1.1,10.77.0.2'],
    ])
    await relay.line(/DHCP relay from 10\.77\.1\.1 to 10\.77\.0\.2/)
    const server = await serve(us)
    expect(await askFrom(machine)).toBe(CONFIG.trim())
    expect(server.stderr).toMatch(/HTTP: Sent file "other-1" to 10\.77\.1\.9:/)
  })

  it('by any interface is told the address that it reaches there', async () => {
    await using network = createNetwork({
      us: { interfaces: { east: '10.77.2.2/24', west: '10.77.3.2/24' } },
      one: { interfaces: { east: '10.77.2.9/24' }, routes: { default: 'dev east' } },
      two: { interfaces: { west: '10.77.3.9/24' }, routes: { default: 'dev west' } },
    })
    const { us, one, two } = network.hosts
    const server = await serve(us)
    expect(await askFrom(one)).toBe(CONFIG.trim())
    expect(await askFrom(two, OTHER_MAC)).toBe(CONFIG.trim())
    expect(server.stderr).toMatch(/HTTP: Sent file "kernel" to 10\.77\.2\.9:[\s\S]*"kernel" to 10\.77\.3\.9:/)
  })

  it('by an interface that is not served hears nothing', async () => {
    await using network = createNetwork({
      us: { interfaces: { east: '10.77.2.2/24', west: '10.77.3.2/24' } },
      one: { interfaces: { east: '10.77.2.9/24' }, routes: { default: 'dev east' } },
      two: { interfaces: { west: '10.77.3.9/24' }, routes: { default: 'dev west' } },
    })
    const { us, one, two } = network.hosts
    const server = await serve(us, '--interface', 'west')
    const [left, served] = await Promise.all([askFrom(one), askFrom(two, OTHER_MAC)])
    expect([left, served]).toEqual(['no offer', CONFIG.trim()])
    expect(server.stderr).not.toContain('10.77.2.9')
  })
})
