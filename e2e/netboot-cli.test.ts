import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BOOT_SYSTEM_NEEDS, bootSystem, CONFIG_BEGINS, CONFIG_ENDS } from './boot-medium.js'
import { biosWithIpxe, bootDiskless } from './diskless-machine.js'
import { startDnsmasq } from './dnsmasq.js'
import { createNetwork, type Host, type HostPlan, type Running } from './namespaces.js'
import { QEMU } from './qemu.js'
import { requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

const BOOT_MS = 150_000
const MAC = '52:54:00:4b:61:70'
const SITE = '10.78.0.1'
const US = '10.78.0.2'
const CONFIG = '#cloud-config\nhostname: from-the-network\n'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
const at = (name: string) => join(directory.path, name)
beforeAll(async () => {
  directory = await temporaryDirectory()
})
afterAll(() => directory.remove())

const on = (address: string): HostPlan => ({ interfaces: { lan: `${address}/24` } })

function auroraboot(host: Host, ...args: string[]): Running {
  return host.node('packages/cli/bin/auroraboot.js', args)
}

const dnsmasq = (host: Host, ...args: string[]): Promise<Running> =>
  startDnsmasq(host, { network: '10.78.0', leases: at('leases'), args })

interface Told {
  readonly event: string
  readonly check?: string
  readonly level?: string
  readonly found?: string
  readonly advice?: string
  readonly details?: { readonly state?: string; readonly owners?: { readonly pid: number }[] }
  readonly [field: string]: unknown
}

function linesOf(program: Running): Told[] {
  return program.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Told)
}

const netns = ['ip', 'dnsmasq', 'root']

describe.skipIf(requirement([...netns, ...BOOT_SYSTEM_NEEDS, QEMU, '/dev/net/tun']))('auroraboot', () => {
  beforeAll(() => {
    const { kernel, initrd } = bootSystem()
    writeFileSync(at('kernel'), kernel)
    writeFileSync(at('initrd'), initrd)
    writeFileSync(at('config.yaml'), CONFIG)
    writeFileSync(at('kairos.squashfs'), Buffer.alloc(100_000, 'squashfs'))
  })

  /** Boots a machine by a command, stops the command as a person does, and gives what both have said. */
  async function bootBy(...args: string[]) {
    await using network = createNetwork({ site: on(SITE), us: on(US), machine: on('10.78.0.3') })
    const { site, us, machine } = network.hosts
    await dnsmasq(site, '--bind-interfaces')
    const server = auroraboot(us, ...args)
    await server.line(/Ctrl-C stops it|"event":"listening"/)
    const serial = await bootDiskless(machine, biosWithIpxe(MAC), { server, withinMs: BOOT_MS })
    server.kill('SIGINT')
    return { code: await server.exit, server, serial }
  }

  it("boots a machine as pixiecore did, and logs each step in the seeds' words", async () => {
    const id = (name: string) => `{{ ID "${at(name)}" }}`
    const cmdline = `root=live:${id('kairos.squashfs')} netboot config_url=${id('config.yaml')} console=ttyS0`
    const { code, server, serial } = await bootBy('boot', at('kernel'), at('initrd'), `--cmdline=${cmdline}`)
    expect(serial).toContain(`${CONFIG_BEGINS}\n${CONFIG}${CONFIG_ENDS}\n`)
    expect(serial).toMatch(
      /e2e: cmdline .*root=live:http:\/\/10\.78\.0\.2:8090\/\S+ netboot config_url=http\S+ console/,
    )
    expect(code).toBe(0)
    const log = server.stderr.split('\n').map((line) => line.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /, ''))
    const client = expect.stringMatching(/ to 10\.78\.0\.1\d\d:\d+$/)
    expect(log.filter((line) => /^(DHCP|HTTP|TFTP):/.test(line)).slice(0, 4)).toEqual([
      ...[`DHCP: Offering to boot ${MAC}`, client, client, client],
    ])
    for (const what of [
      'Sending ipxe boot script',
      'Sent file "kernel"',
      'Sent file "initrd-0"',
      'Sent file "other-1"',
    ]) {
      expect(log.join('\n')).toContain(`HTTP: ${what} to 10.78.0.`)
    }
    expect(server.stderr).toContain('1 machine: 1 booted.')
    expect(server.stdout).toMatch(new RegExp(`^${MAC} {2}10\\.78\\.0\\.1\\d\\d {2}has the config\n$`))
    // The names under which the files are served are nobody else's business.
    expect(server.stderr + server.stdout).not.toMatch(/\/a\/[\w-]{20}/)
  })

  it('boots a machine into Kairos as start-pixie, and tells programs of each step', async () => {
    const lan = (address: string): HostPlan => ({ ...on(address), routes: { '255.255.255.255/32': 'dev lan' } })
    await using network = createNetwork({ us: lan(US), machine: lan('10.78.0.3') })
    const { us, machine } = network.hosts
    const files = [at('config.yaml'), at('kairos.squashfs'), US, '8091', at('initrd'), at('kernel')]
    const server = auroraboot(us, 'start-pixie', ...files, '--cmdline', 'e2e.extra=1', '--json')
    await server.line(/"event":"listening"/)
    const client = machine.run(process.execPath, ['--import', 'tsx', 'e2e/peers/pxe-client.ts', MAC])
    expect(await client.exit, client.stderr).toBe(0)
    expect(client.stdout).toBe(`${CONFIG}\n`)
    server.kill('SIGINT')
    expect(await server.exit).toBe(0)
    const told = linesOf(server)
    expect(told[0]).toMatchObject({ event: 'listening', httpPort: 8091, addresses: [US] })
    expect(told.map(({ event }) => event).filter((event) => event !== 'log')).toEqual([
      ...['listening', 'seen', 'offered', 'script-sent', 'kernel', 'initrd', 'rootfs', 'config', 'result'],
    ])
    expect(told.at(-1)?.machines).toMatchObject([{ mac: MAC, stage: 'config', boot: 1 }])
  })

  it('shows what machines would be given, and opens no port', async () => {
    await using network = createNetwork({ us: on(US) })
    const files = [at('kernel'), at('initrd'), '--cloud-config', at('config.yaml'), '--cmdline', 'quiet', '--dry-run']
    const first = auroraboot(network.hosts.us, 'boot', ...files)
    expect(await first.exit).toBe(0)
    expect(first.stdout).toContain(`Machines would be told the address:\n  ${US}\n`)
    expect(first.stdout).toContain('Command line:\n  quiet config_url=<other-0>\n')
    expect(first.stdout).toContain(`kernel --name kernel http://${US}:8090/a/<secret>/kernel`)
    expect(first.stdout).toContain('bios: ')
    const second = auroraboot(network.hosts.us, 'boot', ...files, '--json')
    expect(await second.exit).toBe(0)
    expect(linesOf(second)).toMatchObject([{ event: 'result', ports: { dhcp: 67, pxe: 4011, tftp: 69, http: 8090 } }])
  })

  it('says who has the port that it needs', async () => {
    await using network = createNetwork({ us: on(US) })
    const { us } = network.hosts
    const first = auroraboot(us, 'boot', at('kernel'), at('initrd'))
    await first.line(/Ctrl-C stops it/)
    const second = auroraboot(us, 'boot', at('kernel'), at('initrd'))
    expect(await second.exit).toBe(10)
    expect(second.stderr).toMatch(/TCP port 8090.* in use by \S+ \(process \d+\)/)
  })
})

describe.skipIf(requirement(netns))('auroraboot doctor', () => {
  async function examine(host: Host, ...args: string[]) {
    const program = auroraboot(host, 'doctor', '--json', '--wait', '2s', ...args)
    const code = await program.exit
    const told = linesOf(program)
    return { code, told, of: (check: string) => told.filter((line) => line.check === check) }
  }

  it('hears the DHCP server of the network, and no one else', async () => {
    await using network = createNetwork({ site: on(SITE), us: on(US) })
    const site = await dnsmasq(network.hosts.site, '--bind-interfaces')
    const { code, of } = await examine(network.hosts.us)
    expect(of('dhcp-servers').map(({ found }) => found)).toEqual([
      expect.stringMatching(/^DHCP server 10\.78\.0\.1 on lan offers 10\.78\.0\.1\d\d\/24, router 10\.78\.0\.1\.$/),
    ])
    expect(of('boot-servers')).toMatchObject([{ level: 'ok' }])
    expect(of('port').map(({ details }) => details?.state)).toEqual(Array(5).fill('free'))
    expect(site.stderr).not.toContain('DHCPREQUEST')
    expect(site.stderr).toContain('DHCPOFFER')
    expect(code).toBe(of('ipxe').some(({ level }) => level === 'ok') ? 0 : 13)
  })

  it('finds the server on this host that does not share the DHCP port, and says what makes it', async () => {
    await using network = createNetwork({ us: on(US) })
    const unshared = await dnsmasq(network.hosts.us)
    const { code, of, told } = await examine(network.hosts.us, '--no-dhcp')
    expect(code).toBe(13)
    expect(of('port')[0]).toMatchObject({
      ...{ level: 'problem', found: `UDP port 67 (DHCP) is taken by dnsmasq (process ${unshared.pid}).` },
      advice: expect.stringContaining('bind-interfaces or bind-dynamic'),
    })
    expect(told.at(-1)).toMatchObject({ event: 'error', code: 'doctor/not-ready' })
  })

  it('is content with one that shares it, and warns of its boot file', async () => {
    await using network = createNetwork({ us: on(US) })
    await dnsmasq(network.hosts.us, '--bind-interfaces', '--dhcp-boot=pxelinux.0')
    const { of } = await examine(network.hosts.us)
    expect(of('port')[0]).toMatchObject({ level: 'ok', details: { state: 'shared' } })
    expect(of('boot-servers')).toMatchObject([{ level: 'warning', found: expect.stringContaining('"pxelinux.0"') }])
  })

  it('warns of another proxyDHCP server', async () => {
    await using network = createNetwork({ other: on('10.78.0.9'), us: on(US) })
    const proxy = ['--bind-interfaces', '--dhcp-range=10.78.0.0,proxy', '--pxe-service=X86-64_EFI,Boot,other.efi']
    await dnsmasq(network.hosts.other, ...proxy)
    const { of } = await examine(network.hosts.us)
    expect(of('boot-servers')).toMatchObject([{ level: 'warning', found: expect.stringContaining('10.78.0.9') }])
  })
})
