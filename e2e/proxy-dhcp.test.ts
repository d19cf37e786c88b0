import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodePacket, identifyMachine, summary } from '../packages/netboot/src/servers/dhcp/index.js'
import { createNetwork, type Host, type HostPlan, type Running } from './namespaces.js'
import { OVMF_CODE, OVMF_VARIABLES, QEMU } from './qemu.js'
import { findProgram, requirement } from './requirements.js'
import { temporaryDirectory } from './temporary.js'

const BOOT_MS = 150_000
const MAC = '52:54:00:4b:61:69'
const UUID = '01020304-0506-0708-090a-0b0c0d0e0f10'
const SITE = '10.77.0.1'
const US = '10.77.0.2'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeAll(async () => {
  directory = await temporaryDirectory()
})
afterAll(() => directory.remove())

const on = (address: string): HostPlan => ({ interfaces: { lan: `${address}/24` } })

/** The site's DHCP server: leases addresses, and knows nothing of booting. */
async function startSiteDhcp(host: Host): Promise<Running> {
  const program = host.run(findProgram('dnsmasq') ?? 'dnsmasq', [
    // Without the last, dnsmasq shares its port with nobody.
    ...['--no-daemon', '--conf-file=/dev/null', '--port=0', '--log-dhcp', '--interface=lan', '--bind-interfaces'],
    ...['--dhcp-range=10.77.0.100,10.77.0.150,1h', `--dhcp-leasefile=${join(directory.path, 'leases')}`],
    '--dhcp-authoritative',
  ])
  writeFileSync(join(directory.path, 'leases'), '')
  await program.line(/DHCP, IP range/)
  return program
}

async function startBootServer(host: Host): Promise<Running> {
  const server = host.run(process.execPath, ['--import', 'tsx', 'e2e/peers/boot-server.ts'])
  await server.line(/"ready":true/)
  return server
}

/** Starts a machine on the network of a host, without a disk. */
async function startDiskless(host: Host, args: readonly string[]): Promise<Running> {
  // The machine takes the place of the host on its network: a bridge joins both cables.
  for (const words of [
    'addr flush dev lan',
    'link add bridge type bridge mcast_snooping 0',
    'link set lan master bridge up',
    'tuntap add tap mode tap',
    'link set tap master bridge up',
    'link set bridge up',
  ]) {
    const { exit } = host.run('ip', words.split(' '))
    expect(await exit).toBe(0)
  }
  return host.run(QEMU, [
    ...['-accel', 'tcg', '-cpu', 'max', '-m', '512', '-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
    ...[
      '-no-reboot',
      '-nodefaults',
      '-uuid',
      UUID,
      '-netdev',
      'tap,id=net,ifname=tap,script=no,downscript=no',
      ...args,
    ],
  ])
}

const bios = ['-machine', 'pc,graphics=off', '-device', `virtio-net-pci,netdev=net,mac=${MAC}`, '-boot', 'n']

/** OVMF with its own network stack, for PXE or for HTTP boot. */
function uefi(way: 'pxe' | 'http'): string[] {
  const variables = join(directory.path, `variables-${way}.fd`)
  copyFileSync(OVMF_VARIABLES, variables)
  const off = (name: string) => ['-fw_cfg', `name=opt/org.tianocore/${name},string=n`]
  return [
    ...['-machine', 'q35', '-device', 'virtio-rng-pci'],
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${OVMF_CODE}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
    ...['-device', `virtio-net-pci,netdev=net,mac=${MAC},romfile=,bootindex=0`],
    ...off('IPv6PXESupport'),
    ...(way === 'http' ? off('IPv4PXESupport') : []),
  ]
}

/** What the boot server told, in its order. */
function told(server: Running) {
  const lines = server.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .slice(0, -1)
  const all = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const field = <T>(name: string) => all.flatMap((line) => (name in line ? [line[name] as T] : []))
  return {
    events: field<{ type: string; machine?: { uuid: string }; file?: string; step?: string; name?: string }>('event'),
    log: field<string>('log'),
    http: all.filter((line) => 'http' in line).map(({ http, url }) => `${http} ${url}`),
    requests: field<string>('packet').map((packet) => decodePacket(Buffer.from(packet, 'hex'))),
    replies: field<string>('sent').map((packet) => decodePacket(Buffer.from(packet, 'hex'))),
  }
}

/** Boots until the script runs, and tells what happened until then. */
async function bootToScript(server: Running, machine: Host, args: readonly string[]) {
  const qemu = await startDiskless(machine, args)
  const timer = setTimeout(() => server.kill(), BOOT_MS)
  try {
    const reached = await server.line(/"url":"\/reached\?([^"]+)"/).catch((error) => {
      throw new Error(`${error}\n${qemu.stdout.slice(-3_000)}`)
    })
    return { ...told(server), reached: reached[1] }
  } finally {
    clearTimeout(timer)
    qemu.kill('SIGKILL')
    await qemu.exit
  }
}

const needs = ['ip', 'dnsmasq', QEMU, 'root', '/dev/net/tun', '/boot/ipxe.efi']

describe.skipIf(requirement(needs))('a machine beside a DHCP server on another host', () => {
  const plan = { site: on(SITE), us: on(US), machine: on('10.77.0.3') }

  it('boots by BIOS and an iPXE ROM: one offer, and the script', async () => {
    await using network = createNetwork(plan)
    await startSiteDhcp(network.hosts.site)
    const server = await startBootServer(network.hosts.us)
    const boot = await bootToScript(server, network.hosts.machine, bios)
    expect(boot.reached).toBe(`uuid=${UUID}&platform=pcbios`)
    expect(boot.log).toEqual([`DHCP: Offering to boot ${MAC}`])
    expect(boot.events.map(({ type, step }) => `${type} ${step ?? ''}`)).toEqual(['seen ', 'offered script'])
    expect(boot.events[0]?.machine?.uuid).toBe(UUID)
  })

  it.skipIf(requirement([OVMF_CODE]))('boots by UEFI PXE: offer, PXE port, iPXE over TFTP, offer, script', async () => {
    await using network = createNetwork(plan)
    await startSiteDhcp(network.hosts.site)
    const server = await startBootServer(network.hosts.us)
    const boot = await bootToScript(server, network.hosts.machine, uefi('pxe'))
    expect(boot.reached).toBe(`uuid=${UUID}&platform=efi`)
    const steps = boot.events.map(({ type, step, name }) => [type, step ?? name ?? ''].join(' ').trim())
    expect(steps.filter((step) => !step.startsWith('probed') && !step.startsWith('started'))).toEqual([
      ...['seen', 'offered firmware', 'acknowledged firmware', 'sent ipxe.efi', 'offered script'],
    ])
    const uuids = boot.events.flatMap(({ machine }) => (machine ? [machine.uuid] : []))
    expect(new Set(uuids)).toEqual(new Set([UUID]))
  })

  it.skipIf(requirement([OVMF_CODE]))('boots by UEFI HTTP boot: offer, iPXE over HTTP, offer, script', async () => {
    await using network = createNetwork(plan)
    await startSiteDhcp(network.hosts.site)
    const server = await startBootServer(network.hosts.us)
    const boot = await bootToScript(server, network.hosts.machine, uefi('http'))
    expect(boot.reached).toBe(`uuid=${UUID}&platform=efi`)
    expect(boot.http.slice(0, 2)).toEqual(['HEAD /ipxe.efi', 'GET /ipxe.efi'])
    expect(boot.events.map(({ type, step }) => `${type} ${step ?? ''}`)).toEqual([
      ...['seen ', 'offered firmware', 'offered script'],
    ])
  })
})

describe.skipIf(requirement([...needs, 'busybox']))('a DHCP server on the same host', () => {
  it('goes on leasing and renewing, and machines boot', async () => {
    await using network = createNetwork({ both: on(SITE), machine: on('10.77.0.3'), other: on('10.77.0.4') })
    const { both, machine, other } = network.hosts
    const site = await startSiteDhcp(both)
    const server = await startBootServer(both)
    expect(told(server).log[0]).toContain('Port 67 is shared with another server on this host')
    const boot = await bootToScript(server, machine, bios)
    expect(boot.reached).toBe(`uuid=${UUID}&platform=pcbios`)

    const lease = other.run('busybox', ['udhcpc', '-f', '-i', 'lan', '-s', '/bin/true'])
    const [, address] = await lease.line(/lease of (10\.77\.0\.\d+) obtained/)
    expect(await other.run('ip', ['addr', 'add', `${address}/24`, 'dev', 'lan']).exit).toBe(0)
    await site.line(new RegExp(`DHCPACK\\(lan\\) ${address}`))
    lease.kill('SIGUSR1')
    await lease.line(/sending renew to server 10\.77\.0\.1/)
    await site.line(new RegExp(`(DHCPACK\\(lan\\) ${address}[^]*){2}`))
    expect(lease.stderr).not.toContain('broadcasting renew')
    // It was unicast, and we have nothing to do with it.
    const strangers = told(server).requests.filter((request) => !identifyMachine(request))
    expect(strangers.filter(({ ciaddr }) => ciaddr === address).map(summary)).toEqual([])
  })
})
